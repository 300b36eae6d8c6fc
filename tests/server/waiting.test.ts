import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolder, startServer, type TestServer } from "../support/server.ts";

const FILES = {
  "publish.yaml": `flow: draft; ask; publish
onFailure: { shell: 'echo "$INPUT_WHY"', with: { why: "\${run.error}" } }
tasks:
  draft: { shell: "echo v1" }
  ask: { approval: { message: "Publish \${draft.output}?", ask: { note: string, copies: { type: integer, default: 1 } } } }
  publish: { write-file: { path: note.txt, data: "\${ask.output.note} x \${ask.output.copies}" } }
`,
  "outer.yaml":
    "tasks:\n  inner: { use: inner }\n  after: { shell: 'echo got $INPUT_WORD', needs: [inner], with: { word: \"${inner.output.approved}\" } }\n",
  "inner.yaml": "tasks:\n  ask: { approval: Go on? }\n",
};

interface Approval {
  readonly id: string;
  readonly run: string;
  readonly task: string;
  readonly message: string;
}

function folder(): string {
  const tasks = join(makeFolder(), "tasks");
  mkdirSync(tasks);
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(tasks, name), text);
  return tasks;
}

/** Resolves once so many wait. */
async function approvals(server: TestServer, count: number): Promise<readonly Approval[]> {
  for (;;) {
    const { items } = await server.get<{ items: readonly Approval[] }>("/approvals");
    if (items.length >= count) return items;
  }
}

test("An approval, and an operation that waits for another one, outlive the server being killed", async () => {
  const options = { data: makeFolder(), tasks: folder() };
  const first = await startServer(options);
  expect(await first.get("/tasks")).toMatchObject({ problems: [] });
  const publish = await first.post<{ id: string }>("/runs", { operation: "publish" });
  const outer = await first.post<{ id: string }>("/runs", { operation: "outer" });
  await approvals(first, 2);
  await first.kill("SIGKILL");

  const server = await startServer(options);
  const waiting = await approvals(server, 2);
  const ask = waiting.find((item) => item.run === publish.id);
  expect(ask).toMatchObject({ task: "ask", message: "Publish v1?", deadline: null });
  await expect(server.post(`/approvals/${ask?.id}/approve`, { values: { copies: "many" } })).rejects.toThrow(
    /invalid_input/,
  );
  await server.post(`/approvals/${ask?.id}/approve`, { comment: "fine", values: { note: "hello" } });
  expect(await server.finished(publish.id)).toMatchObject({ state: "succeeded" });
  await expect(server.post(`/approvals/${ask?.id}/reject`)).rejects.toThrow(/conflict/);

  const inner = waiting.find((item) => item.run !== publish.id);
  await server.post(`/approvals/${inner?.id}/approve`);
  expect(await server.finished(outer.id)).toMatchObject({ state: "succeeded", output: "got true" });
  expect(await server.get(`/runs/${outer.id}`)).toMatchObject({
    started: [{ id: inner?.run, name: "inner", state: "succeeded" }],
  });
});

test("A no ends the task as rejected, with the comment, and the hook of the failure runs", async () => {
  const server = await startServer({ tasks: folder() });
  const { id } = await server.post<{ id: string }>("/runs", { operation: "publish" });
  const [ask] = await approvals(server, 1);
  await server.post(`/approvals/${ask?.id}/reject`, { comment: "too early" });
  expect(await server.finished(id)).toMatchObject({ state: "failed", counts: { failed: 1, skipped: 1, succeeded: 2 } });
  const { items } = await server.get<{ items: readonly object[] }>(`/runs/${id}/tasks`);
  const byName = (task: string) => items.find((item) => "task" in item && item.task === task);
  expect(byName("ask")).toMatchObject({ reason: "rejected", error: { message: "a person said no: too early" } });
  expect(byName("onFailure")).toMatchObject({ output: "a person said no: too early" });
});

test("A task that asks for more than the machine has says so before it is started, and while it waits", async () => {
  const tasks = folder();
  writeFileSync(join(tasks, "huge.yaml"), "shell: ls\nresources: { memory: 900TB }\n");
  const server = await startServer({ tasks });
  const stuck = expect.stringMatching(/needs 900 TB of memory, and there are [\d.]+ GB/);
  expect(await server.get("/tasks")).toMatchObject({ problems: [{ path: "huge.yaml", line: 2, message: stuck }] });
  const { id } = await server.post<{ id: string }>("/runs", { task: "huge" });
  const waits = { state: "queued", reason: "resources", cannotStart: stuck };
  await expect.poll(() => server.get(`/runs/${id}/tasks`), { timeout: 20_000 }).toMatchObject({ items: [waits] });
  await server.post(`/runs/${id}/cancel`);
  expect(await server.get(`/runs/${id}/tasks`)).toMatchObject({ items: [{ state: "cancelled", cannotStart: null }] });
});
