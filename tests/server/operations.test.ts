import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeFolder, startServer, type TestServer } from "../support/server.ts";

interface TaskRunOfApi {
  readonly task: string;
  readonly key: string | null;
  readonly state: string;
  readonly reason: string;
  readonly attempt: number;
  readonly input: object;
  readonly output: unknown;
}

const FILES = {
  "nightly.yaml": `description: Pull, transcode and report
flow: pull; (transcode || thumbnails); report
input: { words: { type: string, default: "one two three" } }
timeout: 2m
onFinish: { shell: 'printf %s "$INPUT_STATE" > end.txt', with: { state: "\${run.state}" } }
tasks:
  pull:       { shell: 'printf "{\\"files\\": [\\"a b\\", \\"\\$(touch injected)\\"], \\"words\\": \\"$INPUT_WORDS\\"}" > "$ULTRAVISOR_OUTPUT"' }
  transcode:  { shell: "exit 3", fallback: transcode-small }
  thumbnails: { use: make-thumbnails, each: "\${pull.output.files}", with: { file: "\${item}" } }
  report:     { use: mail-report, with: { text: "\${pull.output.words} and \${transcode.output}", all: "\${thumbnails.outputs}" } }
`,
  "transcode-small.yaml": "shell: echo small\n",
  "make-thumbnails.yaml": 'input: { file: string }\nshell: printf "<%s>" "$INPUT_FILE"\n',
  "mail-report.yaml": 'shell: printf "%s" "$ULTRAVISOR_INPUT"; test ! -e injected\n',
};

async function serve(): Promise<TestServer> {
  const tasks = join(makeFolder(), "tasks");
  mkdirSync(tasks);
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(tasks, name), text);
  return startServer({ tasks });
}

async function taskRuns(server: TestServer, id: string): Promise<Record<string, TaskRunOfApi>> {
  const { items } = await server.get<{ items: readonly TaskRunOfApi[] }>(`/runs/${id}/tasks?limit=100`);
  return Object.fromEntries(items.map((item) => [item.key === null ? item.task : `${item.task} ${item.key}`, item]));
}

describe("an operation in a YAML file", () => {
  test("hands outputs on, fans out, falls back and ends with its hook; and goes on from a chosen task", async () => {
    const server = await serve();
    expect(await server.get("/tasks")).toMatchObject({ problems: [] });
    const { id } = await server.post<{ id: string }>("/runs", {
      operation: "nightly",
      input: { words: "$(touch injected)" },
    });
    expect(await server.finished(id)).toMatchObject({ state: "succeeded", counts: { failed: 1 } });
    const first = await taskRuns(server, id);
    expect(first["thumbnails 0"]).toMatchObject({ input: { file: "a b" }, output: "<a b>" });
    expect(first["transcode-fallback"]).toMatchObject({ state: "succeeded", output: "small" });
    expect(first.onFinish).toMatchObject({ state: "succeeded", input: { state: "succeeded" } });
    const all = ["<a b>", "<$(touch injected)>"];
    expect(JSON.parse(String(first.report?.output))).toEqual({ text: "$(touch injected) and small", all });

    await server.post(`/runs/${id}/retry`, { from: "pull", input: { words: "again" } });
    expect((await server.finished(id)).state).toBe("succeeded");
    const second = await taskRuns(server, id);
    expect(second.report).toMatchObject({ attempt: 2, input: { text: "again and small", all } });
  });
});
