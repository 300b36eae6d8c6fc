/** Facts of the orchestrator about tasks and what they depend on (oracles, section G). */
import { describe, expect, it } from "vitest";
import { type Fact, oracle } from "../support/oracle.ts";

type Needs = Readonly<Record<string, readonly string[]>>;

const graph = (needs: Needs): string =>
  `tasks:\n${Object.entries(needs)
    .map(([name, needed]) => `  ${name}: { shell: "echo ${name}", needs: [${needed.join(", ")}] }\n`)
    .join("")}`;

const CHAIN: Needs = {
  "data-ingestion": [],
  "data-preparation": ["data-ingestion"],
  "model-training": ["data-preparation"],
  "model-deployment": ["model-training"],
};

const house = oracle(
  {
    "chain.yaml": graph(CHAIN),
    "pair.yaml": graph({ "data-collection": [], preprocessing: ["data-collection"] }),
    "reversed.yaml": graph({ c: ["b"], b: ["a"], a: [] }),
    "nothing.yaml": "tasks: {}\n",
    "hooked-nothing.yaml": 'onSuccess: { shell: "echo done" }\ntasks: {}\n',
    "uses-nothing.yaml":
      'flow: nothing; after\ntasks:\n  nothing: { use: nothing }\n  after: { shell: "echo after" }\n',
    "diamond.yaml": graph({ a: [], b: ["a"], c: ["a"], d: ["b", "c"] }),
  },
  {
    broken: {
      "circle.yaml": graph({ a: ["b"], b: ["a"] }),
      "circle-below-a-root.yaml": graph({ root: [], a: ["b", "root"], b: ["a"] }),
      "unknown.yaml": graph({ b: ["x"] }),
      "half-unknown.yaml": graph({ a: [], b: ["a", "x"] }),
      "twice.yaml": `${graph({ a: [], b: [] })}  a: { shell: "echo again" }\n`,
    },
  },
);

const started = (tasks: Readonly<Record<string, Fact>>): string[] =>
  Object.values(tasks)
    .sort((a, b) => String(a.startedAt).localeCompare(String(b.startedAt)))
    .map(({ task }) => task);

describe("an operation", () => {
  it.each([
    ["of four tasks in a chain", "chain", Object.keys(CHAIN)],
    ["of two tasks", "pair", ["data-collection", "preprocessing"]],
    ["whose tasks are written in reverse", "reversed", ["a", "b", "c"]],
  ])("%s executes each once, in the order of what they need", async (_title, name, order) => {
    const { run, tasks, all } = await house.run(name);
    expect(run).toMatchObject({ state: "succeeded", counts: { succeeded: order.length } });
    expect(started(tasks)).toEqual(order);
    expect(all.map(({ attempt }) => attempt)).toEqual(order.map(() => 1));
  });

  it("in the shape of a diamond starts its last task once, behind both branches", async () => {
    const { tasks, all } = await house.run("diamond");
    expect(all.filter(({ task }) => task === "d")).toMatchObject([{ attempt: 1, output: "d" }]);
    expect(started(tasks).at(0)).toBe("a");
    const { b, c, d } = tasks;
    for (const branch of [b, c]) expect(String(d?.startedAt) >= String(branch?.finishedAt)).toBe(true);
  });

  it("of nothing succeeds with no task, also as a task of another, and its hooks follow", async () => {
    const { run, all } = await house.run("nothing");
    expect(run).toMatchObject({ state: "succeeded", reason: "completed" });
    expect(all).toEqual([]);
    const { tasks } = await house.run("uses-nothing");
    expect(tasks).toMatchObject({ nothing: { state: "succeeded", output: {} }, after: { output: "after" } });
    const hooked = await house.run("hooked-nothing");
    expect(hooked.tasks).toMatchObject({ onSuccess: { state: "succeeded", output: "done" } });
    const manifest = await house.server.get<object>(`/runs/${run.id}/manifest`);
    expect(manifest).toMatchObject({ state: "succeeded", success: true, tasks: [] });
  });

  it.each([
    ["whose tasks wait for each other", "circle", /a → b → a|b → a → b/],
    ["whose tasks wait for each other beside one that does not", "circle-below-a-root", /a → b → a|b → a → b/],
    ["that needs a task which is not there", "unknown", /tasks\.b\.needs.*"x"/],
    ["that needs one which is there and one which is not", "half-unknown", /tasks\.b\.needs.*"x"/],
    ["with a name that stands twice", "twice", /"?a"?.*(unique|twice)/],
  ])("%s is refused when it is loaded, with the names, and nothing of it runs", async (_title, name, message) => {
    expect(await house.refused(`${name}.yaml`)).toMatchObject([
      { message: expect.stringMatching(message), line: expect.any(Number) },
    ]);
    const answer = await house.ask("POST", "/runs", { operation: name });
    expect(answer).toMatchObject({ status: 409, body: { code: "task_file_invalid" } });
  });
});
