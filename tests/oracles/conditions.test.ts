/** Facts of Ultravisor about conditional tasks and the solver (oracles, section U.f). */
import { describe, expect, it } from "vitest";
import { oracle } from "../support/oracle.ts";

const house = oracle(
  {
    "branch.yaml": `input: { condition: boolean }
tasks:
  yes: { shell: "echo yes", if: "input.condition" }
  no: { shell: "echo no", if: "not input.condition" }
`,
    "by-state.yaml": `tasks:
  yes: { shell: "echo yes", if: "state.flags.enabled" }
  no: { shell: "echo no", if: "state.flags.enabled falsy" }
  deep: { shell: "echo deep", if: "state.config.database.enabled truthy" }
  value: { shell: "echo value", if: "'non-empty string'" }
`,
    "one-branch.yaml": `tasks:
  yes: { shell: "echo yes", if: "false" }
`,
    "solve.yaml": `input: { width: { type: number, default: 10 }, height: { type: number, default: 5 } }
tasks:
  fixed: { calculate: "5 + 3" }
  product: { calculate: "input.width * input.height" }
  stored: { calculate: { expression: "7 * 3", state: area } }
  rounded: { calculate: "ROUND(3.14159, 2)" }
  greater: { calculate: "2 > 1" }
  smaller: { calculate: "1 > 2" }
`,
    "of-state.yaml": `tasks:
  next: { calculate: "state.x + 1" }
  more: { calculate: "state.x > 5" }
`,
    "per-item.yaml": `input: { lines: array }
flow: sums; total
tasks:
  sums: { calculate: "item.price * item.count + index", each: "\${input.lines}" }
  total: { calculate: "sum(sums.outputs)" }
`,
    "alone.yaml": "input: { n: number }\ncalculate: input.n * 2\n",
    "script.ts": `import { operation, z } from "ultravisor";
export default operation({
  input: z.object({ n: z.number() }),
  flow: "double; used",
  tasks: { double: { calculate: "input.n * 2" }, used: { use: "alone", with: { n: "\${double.output}" } } },
  onFinish: { calculate: "concat(run.state, ' with ', used.output)" },
});
`,
    "hostile.yaml": `input: { text: string }
tasks:
  text: { calculate: "input.text + '!'" }
  product: { calculate: "input.text * 2" }
  reach: { calculate: "state.x.constructor.constructor" }
`,
  },
  {
    broken: {
      "no-expression.yaml": "tasks:\n  a: { calculate: { state: x } }\n",
      "half.yaml": "tasks:\n  a: { calculate: '2 +' }\n",
      "unknown-function.yaml": "tasks:\n  a: { calculate: eval('1') }\n",
      "unknown-name.yaml": "tasks:\n  a: { calculate: area * 2 }\n",
      "hyphened.yaml": "tasks:\n  a: { calculate: a-b }\n",
      "condition.yaml": "tasks:\n  a: { shell: date, if: 1 = 2 }\n",
    },
  },
);

describe("a condition", () => {
  it.each([
    [true, "yes", "no"],
    [false, "no", "yes"],
  ])("that is %s starts the task of its branch and skips the other", async (condition, taken, left) => {
    const { run, tasks } = await house.run("branch", { condition });
    expect(run.state).toBe("succeeded");
    expect(tasks[taken]).toMatchObject({ state: "succeeded", output: taken });
    expect(tasks[left]).toMatchObject({ state: "skipped", reason: "condition" });
  });

  it("looks at the state by an address of any depth, and takes text that is not empty for true", async () => {
    await house.ask("PUT", "/state/flags", { value: { enabled: true } });
    await house.ask("PUT", "/state/config", { value: { database: { enabled: "yes" } } });
    const { tasks } = await house.run("by-state");
    const states = { yes: "succeeded", no: "skipped", deep: "succeeded", value: "succeeded" };
    expect(tasks).toMatchObject(Object.fromEntries(Object.entries(states).map(([name, state]) => [name, { state }])));
    await house.ask("PUT", "/state/flags", { value: { enabled: false } });
    const { tasks: then } = await house.run("by-state");
    expect(then).toMatchObject({ yes: { state: "skipped" }, no: { state: "succeeded" } });
  });

  it("whose branch has no task leaves a run that had nothing to do, and no error", async () => {
    const { run } = await house.run("one-branch");
    expect(run).toMatchObject({ state: "skipped" });
  });
});

describe("a calculation", () => {
  it("puts out what it comes to, from numbers, inputs, functions and comparisons", async () => {
    const { tasks } = await house.run("solve");
    const outputs = Object.fromEntries(Object.entries(tasks).map(([name, { output }]) => [name, output]));
    expect(outputs).toEqual({ fixed: 8, product: 50, stored: 21, rounded: 3.14, greater: true, smaller: false });
    expect(await house.ask("GET", "/state/area")).toMatchObject({ body: { value: 21 } });
  });

  it.each([
    [9, 10, true],
    [3, 4, false],
    [41, 42, true],
  ])("reads the state: with %i it comes to %i, and to %s", async (x, next, more) => {
    await house.ask("PUT", "/state/x", { value: x });
    const { tasks } = await house.run("of-state");
    expect(tasks).toMatchObject({ next: { output: next }, more: { output: more } });
  });

  it("is done for every item of a list, and with what all of them came to", async () => {
    const { tasks, of } = await house.run("per-item", {
      lines: [
        { price: 2, count: 3 },
        { price: 0.1, count: 2 },
      ],
    });
    expect(of("sums").map(({ output }) => output)).toEqual([6, 1.2]);
    expect(tasks.total).toMatchObject({ output: 7.2 });
  });

  it("stands in a file of its own, in a script, and in a hook", async () => {
    const { tasks: alone } = await house.run("alone", { n: 4 });
    expect(Object.values(alone)).toMatchObject([{ state: "succeeded", output: 8 }]);
    const { tasks } = await house.run("script", { n: 4 });
    expect(tasks).toMatchObject({
      double: { output: 8 },
      used: { output: 16 },
      onFinish: { output: "succeeded with 16" },
    });
  });

  it.each([
    ["no-expression", /expression/],
    ["half", /at position 4/],
    ["unknown-function", /no function `eval`.* at position 1/],
    ["unknown-name", /"area".*position 1/],
    ["hyphened", /"a-b".*position 1/],
    ["condition", /at position 3/],
  ])("or condition that is none is refused when its file is loaded, with its place (%s)", async (name, message) => {
    expect(await house.refused(`${name}.yaml`)).toMatchObject([
      { message: expect.stringMatching(message), line: expect.any(Number), mend: expect.any(String) },
    ]);
  });

  it("takes text for text, whatever stands in it, and reaches nothing but data", async () => {
    const { tasks } = await house.run("hostile", { text: "process.exit() + ${input.text}" });
    expect(tasks.text).toMatchObject({ output: "process.exit() + ${input.text}!" });
    expect(tasks.product).toMatchObject({
      state: "failed",
      error: { code: "invalid_input", message: /at position 12/ },
    });
    expect(tasks.reach).toMatchObject({ state: "succeeded", output: null });
  });
});
