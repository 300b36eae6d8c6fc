import { expect, it } from "vitest";
import { DEFAULT_LIMITS, NO_RETRY } from "../../../../apps/server/core/definition.ts";
import { makeServer, type Script } from "../ports.ts";

const DIAMOND = { a: [], b: ["a"], c: ["a"], d: ["b", "c"] };

function operation(needs: Readonly<Record<string, readonly string[]>>) {
  const spec = { kind: "code", file: "/tasks/x.ts", hash: "0", retry: NO_RETRY, timeout: 60_000 } as const;
  const tasks = Object.entries(needs).map(([name, needed]) => ({
    ...{ name, use: name, needs: needed, with: {} },
    spec: { ...spec, source: name, limits: DEFAULT_LIMITS, env: {}, fixtures: null },
  }));
  return { name: "test", kind: "operation" as const, tasks };
}

async function flowOf(scripts: Readonly<Record<string, Script>>, view: string) {
  const all = Object.fromEntries(Object.keys(DIAMOND).map((name) => [name, async () => ({ output: name })]));
  const server = await makeServer({ scripts: { ...all, ...scripts }, definitions: [operation(DIAMOND)] });
  const id = await server.run("test");
  return (await server.ask(`/api/runs/${id}/flow${view}`)).json();
}

it("The flow of a run is nodes and edges, each node as its task says", async () => {
  const flow = await flowOf({ b: async () => ({ output: { label: "B!", color: "gold" } }) }, "");
  expect(flow).toEqual({
    name: "test",
    nodes: [
      {
        id: "a",
        taskRun: expect.any(String),
        state: "succeeded",
        label: "a",
        color: "green",
        shape: "box",
        value: null,
      },
      {
        id: "b",
        taskRun: expect.any(String),
        state: "succeeded",
        label: "B!",
        color: "gold",
        shape: "box",
        value: null,
      },
      {
        id: "c",
        taskRun: expect.any(String),
        state: "succeeded",
        label: "c",
        color: "green",
        shape: "box",
        value: null,
      },
      {
        id: "d",
        taskRun: expect.any(String),
        state: "succeeded",
        label: "d",
        color: "green",
        shape: "box",
        value: null,
      },
    ],
    edges: [
      { from: "a", to: "b", arrows: "to" },
      { from: "a", to: "c", arrows: "to" },
      { from: "b", to: "d", arrows: "to" },
      { from: "c", to: "d", arrows: "to" },
    ],
  });
});

it("The flow of a run for cloudmesh has what was defined and what became of it", async () => {
  const fail = async (): Promise<never> => {
    throw new Error("no");
  };
  const flow = await flowOf({ b: fail }, "?view=cloudmesh");
  expect(flow).toMatchObject({
    definition: [
      { name: "a" },
      { name: "b" },
      { name: "c" },
      { name: "d", status: "defined", dependencies: ["b", "c"] },
    ],
    active: [
      { name: "a", status: "finished", result: "a" },
      { name: "b", status: "error", dependencies: [], result: { error: "no" } },
      { name: "c", status: "finished" },
      { name: "d", status: "error", dependencies: ["b"], result: { error: "not executed, because of b" } },
    ],
  });
});
