import { expect, test } from "vitest";
import { catalogOf } from "./folder.ts";

const script = (kind: "browser" | "code", tolerated: string): string =>
  `import { ${kind} } from "ultravisor";\nexport default ${kind}({ toleratedFailures: ${tolerated}, run() {} });\n`;

test("A task file keeps what it tolerates, and nothing where that is nothing", async () => {
  const catalog = await catalogOf({
    "count.ts": script("code", "5"),
    "share.ts": script("browser", '"2.5%"'),
    "none.ts": script("code", "0"),
    "share-of-none.ts": script("browser", '"0%"'),
  });
  expect(catalog.problems()).toEqual([]);
  const of = (name: string) => catalog.get(name)?.tasks[0]?.spec;
  expect([of("count")?.tolerates, of("share")?.tolerates]).toEqual([{ count: 5 }, { basisPoints: 250 }]);
  for (const name of ["none", "share-of-none"]) expect(of(name)).not.toHaveProperty("tolerates");
});

test("An operation says what counts in place of the used task, whose own word is not meant for the items of a list", async () => {
  const catalog = await catalogOf({
    "crawl.ts": script("browser", '"5%"'),
    "all.yaml": `tasks:
  as-it-is: { use: crawl }
  more: { use: crawl, toleratedFailures: 10% }
  none: { use: crawl, toleratedFailures: 0 }
  items: { use: crawl, each: "\${input.sites}" }
  own: { use: crawl, each: "\${input.sites}", toleratedFailures: 3 }
  commands: { shell: "true", each: "\${input.sites}", toleratedFailures: 1, failFast: true }
  requests: { http: "https://example.com/\${item}", each: "\${input.sites}", toleratedFailures: 1% }`,
  });
  expect(catalog.problems()).toEqual([]);
  const tolerated = catalog.get("all")?.tasks.map(({ name, spec }) => [name, spec.tolerates]);
  expect(Object.fromEntries(tolerated ?? [])).toEqual({
    "as-it-is": { basisPoints: 500 },
    more: { basisPoints: 1000 },
    none: undefined,
    items: undefined,
    own: { count: 3 },
    commands: { count: 1 },
    requests: { basisPoints: 100 },
  });
});

test.each(['"150%"', "-1", "0.5", '"5 %"', "NaN", '"5"', "Infinity", "true", "null", "[5]", '"0.125%"'])(
  "%s is refused where the file says it, with the mend",
  async (value) => {
    const catalog = await catalogOf({ "crawl.ts": script("browser", value) });
    expect(catalog.get("crawl")).toBeUndefined();
    expect(catalog.problems()).toEqual([
      {
        ...{ path: "crawl.ts", line: 2, column: expect.any(Number) },
        message: `toleratedFailures: expected how many subtasks may fail, such as 5, or which share of them, such as "5%", got ${value}`,
        mend: expect.stringMatching(/^Give a whole number from 0 up, or a text of a percentage from "0%" to "100%"/),
      },
    ]);
  },
);

test("It is refused in an operation as well, and where a task has no subtasks", async () => {
  const catalog = await catalogOf({
    "command.yaml": "shell: make",
    "steps.yaml": "tasks: { one: { use: command } }",
    "all.yaml": `tasks:
  wrong: { shell: "true", each: "\${input.sites}", toleratedFailures: 5 percent }
  inline: { shell: "true", toleratedFailures: 1 }
  used: { use: command, toleratedFailures: 1 }
  operation: { use: steps, toleratedFailures: 1 }
  ready: { http: "https://example.com", toleratedFailures: 1 }`,
    "alone.yaml": "shell: make\ntoleratedFailures: 1",
  });
  const pointless = (task: string) =>
    `tasks.${task}.toleratedFailures: \`toleratedFailures\` means nothing here: the task has no subtasks`;
  expect(catalog.problems().map(({ message, line }) => [line, message])).toEqual([
    [2, expect.stringMatching(/^tasks\.wrong\.toleratedFailures: expected how many .*, got "5 percent"$/)],
    [3, pointless("inline")],
    [4, pointless("used")],
    [5, pointless("operation")],
    [6, pointless("ready")],
    [2, 'toleratedFailures: unknown key "toleratedFailures"'],
  ]);
});
