/** Facts of Ultravisor about text, lists, fan-out by pages and starting others (oracles, sections U.g and U.h). */
import { describe, expect, it } from "vitest";
import { oracle } from "../support/oracle.ts";

const collect = (input: object): string => `tasks:\n  a: { collect: ${JSON.stringify(input)} }\n`;
const OBSERVATIONS = [{ IDObservation: 101 }, { IDObservation: 102 }, { IDObservation: 103 }];

const house = oracle(
  {
    "lines.yaml": `tasks:
  found: { match-lines: { text: "apple 10\\nbanana 20\\ncherry 30", pattern: '(\\w+)\\s+(\\d+)' } }
  other: { match-lines: { text: "apple 10|BANANA|Cherry 30", pattern: '^[a-z]+ (\\d+)$', separator: "|", flags: i } }
`,
    "bad-pattern.yaml":
      'input: { pattern: string }\ntasks:\n  a: { match-lines: { text: x, pattern: "${input.pattern}" } }\n',
    "collect-ids.yaml": collect({ from: OBSERVATIONS, value: "IDObservation" }),
    "collect-pages.yaml": collect({ from: [[1, 2], [3]] }),
    "collect-records.yaml": collect({
      from: [{ JSON: { records: [10, 20] } }, { JSON: { records: [30] } }],
      records: "JSON.records",
    }),
    "collect-unique.yaml": collect({ from: ["A", "B", "A", "C", "B"], unique: true }),
    "collect-nested.yaml": collect({ from: [{ Details: { ID: 7 } }, { Details: { ID: 8 } }], value: "Details.ID" }),
    "collect-one.yaml": collect({ from: { id: 42 }, value: "id" }),
    "collect-nulls.yaml": collect({ from: [{ v: 1 }, { v: null }, null, { v: 3 }, {}, { v: 5 }], value: "v" }),
    "collect-nothing.yaml": collect({ from: { data: [] }, records: "data.gone", value: "id" }),
    "each.yaml": `input: { items: array }
tasks:
  echo: { shell: 'echo "$INPUT_INDEX:$INPUT_ITEM"', each: "\${input.items}" }
`,
    "each-failing.yaml": `flow: echo; all
tasks:
  echo: { shell: 'test "$INPUT_ITEM" != 20 && echo "$INPUT_ITEM"', each: "\${input.items}" }
  all: { shell: date }
`,
    "each-fast.yaml": `tasks:
  echo: { shell: 'test "$INPUT_ITEM" != 20 && echo "$INPUT_ITEM"', each: "\${input.items}", concurrency: 1, failFast: true }
`,
    "each-number.yaml": `tasks:
  echo: { shell: 'echo "$INPUT_ITEM"', each: "\${input.items}" }
`,
    "pages.yaml": `input: { count: integer, size: integer, most: integer? }
flow: pages; page
tasks:
  pages: { pages: { count: "\${input.count}", size: "\${input.size}" } }
  page:
    shell: 'echo "offset=$INPUT_OFFSET size=$INPUT_SIZE index=$INPUT_INDEX total=$INPUT_TOTAL"'
    each: "\${pages.output}"
    with: { offset: "\${item.offset}", size: "\${item.size}", total: "\${item.total}" }
    retry: { attempts: 3 }
`,
    "most-pages.yaml": "tasks:\n  pages: { pages: { count: 200, size: 25, most: 50 } }\n",
    "pages-of-state.yaml": 'tasks:\n  pages: { pages: { count: "${state.TotalCount}", size: 10 } }\n',
    "pages-that-fail.yaml": `flow: pages; page
tasks:
  pages: { pages: { count: 3, size: 2 } }
  page: { shell: "exit 1", each: "\${pages.output}", retry: { attempts: 2, delay: 1ms } }
`,
    "started.yaml": 'input: { n: integer }\ntasks:\n  wait: { approval: { message: "Is ${input.n} right?" } }\n',
    "starting.yaml": `tasks:
  literal: { start: { operation: started, input: { n: 1 } } }
  by-address: { start: { operation: started, input: { n: "\${state.first}" } } }
`,
    "starting-unknown.yaml": "tasks:\n  a: { start: { operation: nobody } }\n",
  },
  {
    broken: {
      "no-pattern.yaml": "tasks:\n  a: { match-lines: { text: x } }\n",
      "no-text.yaml": "tasks:\n  a: { match-lines: { pattern: x } }\n",
    },
  },
);

describe("lines of a text", () => {
  it("are matched each, with their groups, and those that do not match say so", async () => {
    const { tasks } = await house.run("lines");
    const fruit = [
      ["apple", "10"],
      ["banana", "20"],
      ["cherry", "30"],
    ];
    expect(tasks.found?.output).toEqual(
      fruit.map((groups, index) => ({
        index,
        line: groups.join(" "),
        match: true,
        text: groups.join(" "),
        groups,
        named: {},
      })),
    );
    expect(tasks.other?.output).toMatchObject([
      { line: "apple 10", match: true, groups: ["10"] },
      { line: "BANANA", match: false, text: null, groups: [] },
      { line: "Cherry 30", match: true },
    ]);
  });

  it("need a text and a pattern that is one", async () => {
    expect(await house.refused("no-pattern.yaml")).toMatchObject([{ message: expect.stringContaining("pattern") }]);
    expect(await house.refused("no-text.yaml")).toMatchObject([{ message: expect.stringContaining("text") }]);
    const { tasks } = await house.run("bad-pattern", { pattern: "(" });
    expect(tasks.a).toMatchObject({
      state: "failed",
      error: { message: expect.stringContaining("Invalid regular expression") },
    });
  });
});

describe("collecting", () => {
  it.each([
    ["takes one value of every record", "ids", [101, 102, 103]],
    ["takes pages as one list", "pages", [1, 2, 3]],
    ["finds the records of every page", "records", [10, 20, 30]],
    ["leaves out what it has", "unique", ["A", "B", "C"]],
    ["follows an address into records", "nested", [7, 8]],
    ["takes a single record for a list of one", "one", [42]],
    ["leaves out what is null or not there", "nulls", [1, 3, 5]],
    ["of nothing gives an empty list", "nothing", []],
  ])("%s", async (_title, name, output) => {
    const { tasks } = await house.run(`collect-${name}`);
    expect(tasks.a).toMatchObject({ state: "succeeded", output });
  });
});

describe("a command for each of a list", () => {
  it.each([
    [
      [10, 20, 30],
      ["0:10", "1:20", "2:30"],
    ],
    [
      ["alpha", "beta"],
      ["0:alpha", "1:beta"],
    ],
  ])("%j is executed once an item, which it finds with its index in its environment", async (items, outputs) => {
    const { of } = await house.run("each", { items });
    expect(of("echo").map(({ output }) => output)).toEqual(outputs);
  });

  it("of which one fails is executed for the others all the same, and the run has failed", async () => {
    const { run, of, tasks } = await house.run("each-failing", { items: [10, 20, 30] });
    expect(of("echo").map(({ state }) => state)).toEqual(["succeeded", "failed", "succeeded"]);
    expect(tasks.all).toMatchObject({ state: "skipped", reason: "upstream_failed" });
    expect(run.state).toBe("failed");
  });

  it("that fails fast stops after the second when that one fails", async () => {
    const { run, of } = await house.run("each-fast", { items: [10, 20, 30] });
    expect(of("echo").map(({ state, reason }) => [state, reason])).toEqual([
      ["succeeded", "completed"],
      ["failed", "exit"],
      ["skipped", "fail_fast"],
    ]);
    expect(run.state).toBe("failed");
  });

  it("that is no list fails, saying what it is", async () => {
    const { tasks } = await house.run("each-number", { items: 42 });
    expect(tasks.echo).toMatchObject({
      state: "failed",
      error: { message: expect.stringMatching(/expected a list.*42/) },
    });
  });
});

describe("pages", () => {
  it.each([
    [7, 3, 3],
    [50, 25, 2],
    [35, 10, 4],
  ])("of %i records, %i on each, are %i", async (count, size, total) => {
    const { of } = await house.run("pages", { count, size });
    expect(of("page").map(({ output }) => output)).toEqual(
      Array.from({ length: total }, (_, index) => `offset=${index * size} size=${size} index=${index} total=${total}`),
    );
  });

  it("are counted by what an address holds, which must be there", async () => {
    expect((await house.run("pages-of-state")).tasks.pages).toMatchObject({ state: "failed", reason: "invalid_input" });
    await house.ask("PUT", "/state/TotalCount", { value: 35 });
    expect((await house.run("pages-of-state")).tasks.pages?.output).toHaveLength(4);
  });

  it("of no records are none, which the log says, and the run succeeds", async () => {
    const { run, of } = await house.run("pages", { count: 0, size: 10 });
    const { items } = await house.server.get<{ items: readonly { text: string }[] }>(`/runs/${run.id}/logs`);
    expect({ state: run.state, pages: of("page") }).toEqual({ state: "succeeded", pages: [] });
    expect(JSON.stringify(items)).toContain("there are no records");
  });

  it("cover no more records than they may", async () => {
    expect((await house.run("most-pages")).tasks.pages?.output).toHaveLength(2);
  });

  it("are tried again as their task says", async () => {
    const { of } = await house.run("pages-that-fail");
    expect(of("page")).toMatchObject([
      { state: "failed", attempt: 2 },
      { state: "failed", attempt: 2 },
    ]);
  });
});

describe("starting another operation", () => {
  it("returns at once, with an input that is written or comes from an address", async () => {
    await house.ask("PUT", "/state/first", { value: 2 });
    const { run, tasks } = await house.run("starting");
    expect(run.state).toBe("succeeded");
    for (const [name, n] of [
      ["literal", 1],
      ["by-address", 2],
    ] as const) {
      const id = String((tasks[name]?.output as { run?: string } | undefined)?.run);
      expect(await house.server.get(`/runs/${id}`)).toMatchObject({ name: "started", input: { n }, finishedAt: null });
      await house.ask("POST", `/runs/${id}/cancel`);
    }
  });

  it("that is not there is an error which names it", async () => {
    const { tasks } = await house.run("starting-unknown");
    expect(tasks.a).toMatchObject({
      state: "failed",
      error: { code: "unknown_task", message: expect.stringContaining("nobody") },
    });
  });
});
