/** Facts of cloudmesh-flow about flow expressions and the runner, through operations that really run (oracles, section C). */
import { describe, expect, it } from "vitest";
import { oracle } from "../support/oracle.ts";

const EDGES: readonly (readonly [expression: string, edges: readonly string[]])[] = [
  ["a;b", ["a→b"]],
  ["a||b", []],
  ["a;b;c", ["a→b", "b→c"]],
  ["a;c||b", ["a→c"]],
  ["(a; b || c)", ["a→b"]],
  ["(a||b);c", ["a→c", "b→c"]],
  [
    "( pytesta; pytestb ) ; ( pytestc; ( pytestd || pyteste ) ) || pytestf",
    ["pytesta→pytestb", "pytestb→pytestc", "pytestc→pytestd", "pytestc→pyteste"],
  ],
  ["a; b | c", ["a→b"]],
  ["node1;b", ["node1→b"]],
  ["start_aws;b", ["start_aws→b"]],
];
const REFUSED: readonly (readonly [expression: string, message: RegExp])[] = [
  ["a;b;", /position 5/],
  [";a", /position 1/],
  ["a b", /position 3/],
  ["", /position 1/],
  ["a;a", /circle: a → a/],
];

const flow = (expression: string): string => {
  const names = [...new Set(expression.match(/\w+/g) ?? ["a"])];
  return `flow: ${JSON.stringify(expression)}\ntasks:\n${names.map((name) => `  ${name}: { shell: "echo ${name}" }\n`).join("")}`;
};

const house = oracle(
  {
    ...Object.fromEntries(EDGES.map(([expression], index) => [`flow-${index}.yaml`, flow(expression)])),
    "failing.yaml":
      'flow: a; b; c\ntasks:\n  a: { shell: "exit 3" }\n  b: { shell: "echo b" }\n  c: { shell: "echo c" }\n',
    "result.ts": `import { code } from "ultravisor";\nexport default code({ run: () => ({ name: "a", result: { everything: "ok" } }) });\n`,
    "styled.ts": `import { code } from "ultravisor";
export default code({ run: () => ({ status: "done", color: "gold", shape: "circle", label: "Weighed", value: 12.5 }) });\n`,
    "shown.yaml": `flow: (plain || styled); next
tasks:
  plain: { use: result }
  styled: { use: styled }
  next: { shell: 'echo "$INPUT_VALUE"', with: { value: "\${styled.output.value}" } }
`,
    "held.yaml": `flow: node2; node1 || node3
tasks:
  node1: { shell: "echo 1" }
  node2: { approval: { message: "Go on?" } }
  node3: { approval: { message: "And here?" } }
`,
  },
  { broken: Object.fromEntries(REFUSED.map(([expression], index) => [`refused-${index}.yaml`, flow(expression)])) },
);

interface Node {
  readonly name: string;
  readonly status: string;
  readonly dependencies: readonly string[];
  readonly result?: unknown;
}
const collections = (id: string) =>
  house.server.get<{ definition: readonly Node[]; active: readonly Node[] }>(`/runs/${id}/flow?view=cloudmesh`);

describe("a flow expression", () => {
  it.each(EDGES.map((row, index) => [...row, index] as const))("`%s` draws %j", async (_expression, edges, index) => {
    const { run, tasks } = await house.run(`flow-${index}`);
    const drawn = await house.server.get<{ edges: readonly { from: string; to: string }[] }>(`/runs/${run.id}/flow`);
    expect(drawn.edges.map(({ from, to }) => `${from}→${to}`).sort()).toEqual([...edges].sort());
    for (const { from, to } of drawn.edges)
      expect(String(tasks[to]?.startedAt) >= String(tasks[from]?.finishedAt)).toBe(true);
    expect(run.state).toBe("succeeded");
  });

  it.each(REFUSED.map((row, index) => [...row, index] as const))(
    "`%s` is refused with %s",
    async (_expression, message, index) => {
      const [problem] = await house.refused(`refused-${index}.yaml`);
      expect(problem).toMatchObject({ message: expect.stringMatching(message), line: 1 });
    },
  );
});

describe("a flow that runs", () => {
  it("keeps its definition beside what is active, where dependencies shrink as nodes finish", async () => {
    const { run } = await house.run("flow-2");
    const { definition, active } = await collections(run.id);
    const found = (nodes: readonly Node[]) =>
      nodes.map(({ name, status, dependencies }) => [name, status, dependencies]);
    expect(found(definition)).toEqual([
      ["a", "defined", []],
      ["b", "defined", ["a"]],
      ["c", "defined", ["b"]],
    ]);
    expect(found(active)).toEqual(["a", "b", "c"].map((name) => [name, "finished", []]));
    expect(definition[0]).toEqual({
      ...{ name: "a", workflow: "flow-2", dependencies: [], kind: "flow", cloud: "flow-2", status: "defined" },
      cm: {
        ...{ kind: "flow", cloud: "flow-2", name: "a", collection: "flow-2-flow" },
        created: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/),
        modified: expect.any(String),
      },
    });
  });

  it("shows every node as pending that has not been executed", async () => {
    const { id } = await house.server.post<{ id: string }>("/runs", { operation: "held" });
    const { active } = await collections(id);
    expect(active.map(({ name }) => name).sort()).toEqual(["node1", "node2", "node3"]);
    expect(active.find(({ name }) => name === "node1")).toMatchObject({ status: "pending", dependencies: ["node2"] });
    await house.ask("POST", `/runs/${id}/cancel`);
    expect(await house.server.finished(id)).toMatchObject({ state: "cancelled" });
  });

  it("ends what needs a node that failed in a final state which names that node", async () => {
    const { run, tasks } = await house.run("failing");
    expect(run.state).toBe("failed");
    expect(tasks.a).toMatchObject({ state: "failed", reason: "exit" });
    for (const name of ["b", "c"]) expect(tasks[name]).toMatchObject({ state: "skipped", reason: "upstream_failed" });
    const { active } = await collections(run.id);
    expect(active).toMatchObject([
      { name: "a", status: "error" },
      { name: "b", status: "error", result: { error: "not executed, because of a" } },
      { name: "c", status: "error", result: { error: "not executed, because of b" } },
    ]);
  });

  it("keeps what a node returned, shows how it wants to look, and lets later nodes read its value", async () => {
    const { run, tasks } = await house.run("shown");
    const { active } = await collections(run.id);
    expect(active.find(({ name }) => name === "plain")?.result).toEqual({ name: "a", result: { everything: "ok" } });
    expect(active.find(({ name }) => name === "styled")).toMatchObject({
      ...{ color: "gold", shape: "circle", label: "Weighed", value: 12.5 },
      status: "finished",
    });
    expect(tasks.next).toMatchObject({ output: "12.5" });
  });
});
