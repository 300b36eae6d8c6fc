import { expect, it } from "vitest";
import { makeServer } from "../ports.ts";

async function makeTree() {
  const server = await makeServer({
    scripts: {
      tree: async ({ key, input }) => {
        if (key === "b") throw new Error("no <b>");
        return key
          ? { output: key }
          : { spawned: ["a", "b", "c"].map((name) => ({ task: null, key: name, input: { ...input, name } })) };
      },
    },
  });
  const id = await server.run("tree", { depth: 1 });
  const list = async (query: Record<string, string> = {}) =>
    (await server.client.api.runs[":id"].tasks.$get({ param: { id }, query })).json();
  return { server, id, list };
}

it("Task runs are listed with their parent, and by state and parent", async () => {
  const { id, list } = await makeTree();
  const [root] = (await list({ parent: "none" })).items;
  expect(root).toMatchObject({
    run: id,
    task: "tree",
    key: null,
    parent: null,
    subtasks: 3,
    openSubtasks: 0,
    node: "node-a",
    attempt: 1,
  });
  const children = await list({ parent: root?.id ?? "" });
  expect(children.items.map(({ key, parent }) => [key, parent])).toEqual(["a", "b", "c"].map((key) => [key, root?.id]));
  const failed = await list({ state: "failed" });
  expect(failed.items).toMatchObject([
    { key: "b", error: { code: "error", message: "no <b>" }, input: { depth: 1, name: "b" } },
  ]);
  const page = await list({ limit: "2" });
  expect((await list({ cursor: page.next ?? "" })).items).toHaveLength(2);
});

it("A task run is shown with its attempts, below its own run only", async () => {
  const { server, id, list } = await makeTree();
  const task = (await list({ state: "failed" })).items[0]?.id ?? "";
  const shown = await (await server.client.api.runs[":id"].tasks[":task"].$get({ param: { id, task } })).json();
  expect(shown.history).toMatchObject([
    { number: 1, state: "failed", reason: "error", node: "node-a", error: { message: "no <b>" } },
  ]);
  const other = await server.run("echo");
  expect((await server.ask(`/api/runs/${other}/tasks/${task}`)).status).toBe(404);
});
