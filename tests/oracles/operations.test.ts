/** The sample operations of Ultravisor that need no service, and facts of its later versions (oracles, section U.j). */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { oracle, type Ran } from "../support/oracle.ts";

const FOLDER = join(import.meta.dirname, "operations");
const SAMPLES = readdirSync(FOLDER).map((file) => file.replace(".yaml", ""));

const house = oracle({
  ...Object.fromEntries(SAMPLES.map((name) => [`${name}.yaml`, readFileSync(join(FOLDER, `${name}.yaml`), "utf8")])),
  "asking.yaml": `flow: ask; keep; read
tasks:
  ask: { approval: { message: "What is to be written?", ask: { text: string } } }
  keep: { write-file: { path: answer.txt, data: "\${ask.output.text}" } }
  read: { read-file: answer.txt }
`,
  "split.yaml": `input: { text: string }
flow: tokens; token
tasks:
  tokens: { match-lines: { text: "\${input.text}", pattern: ".*" } }
  token: { template: "\${index} \${item.line}", each: "\${tokens.output}", concurrency: 1 }
`,
});

/** The text of a file that the run kept. */
async function kept({ run }: Ran, name: string): Promise<string> {
  const { items } = await house.server.get<{ items: readonly { id: string; name: string }[] }>(`/runs/${run.id}/files`);
  const file = items.find((item) => item.name === name);
  const response = await fetch(`${house.server.url}/api/files/${file?.id}`, {
    headers: { authorization: `Bearer ${house.server.token}` },
  });
  return response.text();
}

const RESULTS: Readonly<Record<string, (ran: Ran) => Promise<void> | void>> = {
  "simple-echo": async (ran) =>
    expect(await kept(ran, "echo-output.txt")).toMatch(/^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] Hello from Ultravisor!\n$/),
  "conditional-file-backup": ({ tasks }) => {
    expect(tasks.read).toMatchObject({ output: "figures\n" });
    expect(tasks.warn).toMatchObject({ state: "skipped", reason: "condition" });
  },
  "config-processor": async (ran) =>
    expect(JSON.parse(await kept(ran, "processed.json"))).toEqual({ url: "http://example.com:8080", limit: 100 }),
  "csv-data-analysis": async (ran) =>
    expect(await kept(ran, "report.txt")).toBe("3 people, 96 years, 32 on average, the oldest 41\n"),
  "csv-to-json": ({ tasks }) =>
    expect(tasks.read?.output).toEqual([
      { Name: "Alice", Age: "30", City: "Portland" },
      { Name: "Bob", Age: "25", City: "Seattle" },
    ]),
  "directory-inventory": ({ tasks }) => {
    expect(tasks.total).toMatchObject({ output: 18 });
    expect(tasks.read?.output).toMatchObject([
      { path: "a.txt", size: "12" },
      { path: "deep/b.txt", name: "b.txt", size: "6" },
    ]);
  },
  "expression-calculator": async (ran) => expect(await kept(ran, "result.txt")).toBe("14"),
  "file-search-replace": ({ tasks }) =>
    expect(tasks.read).toMatchObject({ output: "Hello, Jane!\nWelcome to Ultravisor.\nJane is a friend.\n" }),
  "git-status-report": ({ tasks }) => expect(tasks.report).toMatchObject({ output: "A new.txt\n?? other.txt\n" }),
  "json-config-merge": async (ran) =>
    expect(JSON.parse(await kept(ran, "merged.json"))).toEqual({
      ...{ server: { host: "localhost", port: 8080 }, tags: ["c"] },
      ...{ debug: false, name: "thermostat" },
    }),
  "log-line-counter": ({ tasks }) => expect(tasks.report).toMatchObject({ output: "2 of 5 lines are errors (40 %)" }),
  "shell-system-info": async (ran) =>
    expect(JSON.parse(await kept(ran, "system.json"))).toEqual({
      system: expect.stringMatching(/\w+/),
      processors: expect.stringMatching(/^\d+$/),
      disk: expect.stringContaining("%"),
    }),
  "template-processor": async (ran) => expect(await kept(ran, "letter.txt")).toBe("Dear Ada,\n3 pears\n1 figs\n"),
  "text-sanitizer": async (ran) => expect(await kept(ran, "clean.txt")).toBe("one two\nthree four\n"),
};

describe("the sample operation", () => {
  it.each(SAMPLES)("%s loads, runs, does what it is for and leaves a manifest", async (name) => {
    const ran = await house.run(name);
    expect(ran.run).toMatchObject({ state: "succeeded" });
    await RESULTS[name]?.(ran);
    const manifest = await house.server.get<{ tasks: readonly object[] }>(`/runs/${ran.run.id}/manifest`);
    expect(manifest).toMatchObject({ name, state: "succeeded", success: true, startedAt: expect.any(String) });
    expect(manifest.tasks).toHaveLength(ran.all.length);
  });

  it("conditional-file-backup warns when there is nothing to copy", async () => {
    const { tasks } = await house.run("conditional-file-backup", { create: false });
    expect(tasks.backup).toMatchObject({ state: "skipped", reason: "condition" });
    expect(tasks.warn).toMatchObject({ output: "there is no report.txt" });
  });

  it("is there for every name of the list", () => {
    expect(SAMPLES).toEqual(Object.keys(RESULTS).sort());
  });
});

describe("a text that is split", () => {
  it.each([
    ["alpha\nbeta\ngamma", ["0 alpha", "1 beta", "2 gamma"]],
    ["", ["0 "]],
  ])("%j is handed on part by part, in order", async (text, outputs) => {
    const { of } = await house.run("split", { text });
    expect(of("token").map(({ output }) => output)).toEqual(outputs);
  });
});

describe("a task that asks for a value", () => {
  it("is listed while its run waits, and lets it go on with the answer", async () => {
    const { id } = await house.server.post<{ id: string }>("/runs", { operation: "asking" });
    const stream = await fetch(`${house.server.url}/api/events?run=${id}&after=0`, {
      headers: { authorization: `Bearer ${house.server.token}`, accept: "text/event-stream" },
    });
    type Asked = { items: readonly { id: string; run: string; message: string }[] };
    const asked = () => house.server.get<Asked>("/approvals");
    let waiting = (await asked()).items[0];
    for await (const _chunk of stream.body ?? []) {
      waiting = (await asked()).items[0];
      if (waiting !== undefined) break;
    }
    expect(waiting).toMatchObject({ run: id, message: "What is to be written?" });
    const answer = await house.ask("POST", `/approvals/${waiting?.id}/approve`, {
      values: { text: "User provided value!" },
    });
    expect(answer.status).toBe(200);
    expect(await house.server.finished(id)).toMatchObject({ state: "succeeded" });
    const { items } = await house.server.get<{ items: readonly { task: string; output: unknown }[] }>(
      `/runs/${id}/tasks`,
    );
    expect(items.find(({ task }) => task === "read")?.output).toBe("User provided value!");
  });
});
