import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { TaskFileProblem } from "../../../apps/server/core/definition.ts";
import { createCatalog } from "../../../apps/server/loader/catalog.ts";
import { catalogOf, silent, write } from "./folder.ts";

const task = (options: string): string =>
  `import { code, cron, every, z } from "ultravisor";\nexport default code({\n  ${options}\n});\n`;
const yaml = (tasks: string, more = ""): string => `${more}tasks:\n${tasks}`;

const SCRIPTS: readonly (readonly [
  title: string,
  text: string,
  line: number,
  column: number | null,
  message: RegExp,
])[] = [
  ["a syntax error", "const a: number = 1;\nexport const y = = 2;\n", 2, 18, /Expression expected/],
  ["syntax that cannot be erased", "\nenum A { X }\nexport default A;\n", 2, 1, /enum is not supported/],
  ["an import of a missing file", '\nimport { x } from "./nope.ts";\nexport default x;\n', 2, 22, /Cannot find module/],
  [
    "an import of a missing package",
    '\n\nimport x from "no-such-package";\nexport default x;\n',
    3,
    16,
    /Cannot find package/,
  ],
  [
    "a missing export",
    'import { nope } from "ultravisor";\nexport default nope;\n',
    1,
    10,
    /does not provide an export named 'nope'/,
  ],
  ["code that throws", '\n\n  throw new Error("boom");\nexport default 1;\n', 3, 9, /boom/],
  ["no default export", "export const a = 1;\n", 1, 1, /has no default export/],
  ["a default export that is no task", "const a = 1;\nexport default { a };\n", 2, 1, /plain object/],
  ["an unknown key", task("run() {},\n  fallback: 'x',"), 4, 3, /unknown key "fallback"/],
  ["a wrong type", task("run() {},\n  retry: { attempts: 'three' },"), 4, 12, /retry\.attempts: expected number/],
  ["a missing function", task("description: 'x',"), 2, 1, /run: expected a function/],
  ["a bad duration", task("run() {},\n  timeout: '5 parsecs',"), 4, 3, /timeout: expected milliseconds or a duration/],
  [
    "a bad cron expression",
    task("run() {},\n  triggers: [cron('60 * * * *')],"),
    4,
    14,
    /triggers\[0\]\.cron: "60" is not a minute \(position 1\)/,
  ],
  ["an impossible date", task("run() {},\n  triggers: [cron('0 0 30 2 *')],"), 4, 14, /never happens/],
  [
    "an unknown time zone",
    task("run() {},\n  triggers: [cron('0 0 * * *', {\n    timezone: 'Mars/X' })],"),
    5,
    5,
    /not a time zone/,
  ],
  ["an interval below a second", task("run() {},\n  triggers: [every('10ms')],"), 4, 14, /at least 1 second/],
  [
    "an unknown trigger",
    task("run() {},\n  triggers: [{ when: 1 }],"),
    4,
    16,
    /triggers\[0\]\.when: expected an object such as .* got 1/,
  ],
  [
    "a trigger whose input does not fit",
    task("run() {},\n  input: z.object({ url: z.string() }),\n  triggers: [every('5s')],"),
    5,
    3,
    /its input does not fit.*input\.url/,
  ],
  ["an input that is no zod schema", task("run() {},\n  input: { url: 'string' },"), 4, 3, /expected a zod schema/],
  ["an input that is no object", task("run() {},\n  input: z.string(),"), 4, 3, /schema of an object/],
];

const YAMLS: readonly (readonly [title: string, text: string, line: number, column: number, message: RegExp])[] = [
  ["malformed YAML", "shell: [\n", 2, 1, /malformed YAML/],
  ["a duplicate key", "shell: a\nshell: b\n", 2, 1, /unique/i],
  ["a tag", "shell: !!js/function 'x'\n", 1, 8, /tag/i],
  ["neither shell nor tasks", "description: x\n", 1, 1, /expected `shell`.*or `tasks`/],
  ["a file that is a list", "- a\n", 1, 1, /expected `shell`/],
  ["an unknown key", "shell: a\n\nwhen: b\n", 3, 1, /unknown key "when"/],
  ["an unknown key deep inside", yaml("  a: { shell: x, frobnicate: b }\n"), 2, 18, /unknown key "frobnicate"/],
  ["a bad type in input", "shell: a\ninput: { url: string, depth: sting }\n", 2, 30, /expected a type, got "sting"/],
  [
    "a default of the wrong type",
    "shell: a\ninput:\n  depth: { type: integer, default: many }\n",
    3,
    36,
    /default "many" does not fit/,
  ],
  ["a bad cron expression", "shell: a\ntriggers:\n  - { cron: '* * * *' }\n", 3, 13, /expected 5 fields.*got 4/],
  ["an unknown task in use", yaml("  a:\n    use: nope\n"), 3, 10, /unknown task "nope"/],
  ["an unknown task in after", "shell: a\ntriggers: [{ after: nope }]\n", 2, 21, /unknown task "nope"/],
  [
    "a task after itself",
    "shell: a\ntriggers: [{ after: yaml-12 }]\n",
    2,
    21,
    /start itself again after every run: yaml-12 → yaml-12/,
  ],
  [
    "a template of another root in after",
    'shell: a\ntriggers: [{ after: yaml-1, input: { a: { b: "x ${input.c}" } } }]\n',
    2,
    46,
    /input\.a\.b: expected \$\{run\.…\}, as in \$\{run\.output\}, got "input" at position 5/,
  ],
  ["an unknown name in the flow", yaml("  a: { shell: x }\n", "flow: a; b\n"), 1, 7, /unknown task "b"/],
  ["a syntax error in the flow", yaml("  a: { shell: x }\n", "flow: a;\n"), 1, 7, /at position 3, got the end/],
  ["a cycle in the flow", yaml("  a: { shell: x }\n  b: { shell: x }\n", "flow: a; b; a\n"), 1, 7, /circle: a → b → a/],
  [
    "a cycle in needs",
    yaml("  a: { shell: x, needs: [b] }\n  b: { shell: x, needs: [a] }\n"),
    2,
    25,
    /circle: a → b → a/,
  ],
  ["an unknown name in needs", yaml("  a: { shell: x, needs: [z] }\n"), 2, 25, /unknown task "z"/],
  [
    "a task missing from the flow",
    yaml("  a: { shell: x }\n  b: { shell: x }\n", "flow: a\n"),
    4,
    3,
    /"b" is missing from the flow/,
  ],
  ["both use and shell", yaml("  a: { shell: x, use: y }\n"), 2, 6, /got `use` and `shell`/],
  [
    "a wrong option of a ready-made task",
    yaml("  a:\n    http: { url: 'https://a.b/', verb: GET }\n"),
    3,
    34,
    /unknown key "verb"/,
  ],
  [
    "a wrong value in a ready-made task",
    yaml("  a:\n    wait: { for: 1, until: x }\n"),
    3,
    11,
    /either `for` or `until`/,
  ],
  [
    "a root that is filled in",
    yaml("  a:\n    read-file: { path: a, root: '${input.x}' }\n"),
    3,
    33,
    /cannot be filled in/,
  ],
  ["an unknown task in a file of one ready-made task", "http: '${a.output}'\n", 1, 7, /names "a", which is no task/],
];

/** All of them lie in one folder: loading a folder once reports every one. */
let problems: readonly TaskFileProblem[];
let names: readonly string[];

beforeAll(async () => {
  const files = [
    ...SCRIPTS.map((script, index) => [`script-${index}.ts`, script[1]]),
    ...YAMLS.map((file, index) => [`yaml-${index}.yaml`, file[1]]),
  ];
  const folder = await mkdtemp(join(tmpdir(), "ultravisor-tasks-"));
  await write(folder, { ...Object.fromEntries(files), "good.yaml": "shell: ls\n" });
  const catalog = await createCatalog({ folder, log: silent });
  problems = catalog.problems();
  names = catalog.list().map((definition) => definition.name);
  await catalog.close();
  await rm(folder, { recursive: true });
});

describe("a script with", () => {
  test.each(SCRIPTS.map((script, index) => [...script, `script-${index}.ts`] as const))(
    "%s is reported with line and mend",
    (_title, _text, line, column, message, path) => {
      const found = problems.filter((problem) => problem.path === path);
      expect(found).toMatchObject([
        { line, column, message: expect.stringMatching(message), mend: expect.stringMatching(/\w/) },
      ]);
    },
  );
});

describe("a YAML file with", () => {
  test.each(YAMLS.map((file, index) => [...file, `yaml-${index}.yaml`] as const))(
    "%s is reported with line, column and mend",
    (_title, _text, line, column, message, path) => {
      const [found] = problems.filter((problem) => problem.path === path);
      expect(found).toMatchObject({
        line,
        column,
        message: expect.stringMatching(message),
        mend: expect.stringMatching(/\w/),
      });
    },
  );

  test("any fault leaves the good files served", () => {
    expect(names).toEqual(["good"]);
  });

  test("an alias bomb, too many bytes or too deep a nesting is refused without harm", async () => {
    const bomb = [
      "a: &a [x,x,x,x,x,x,x,x,x]",
      ..."bcdefghi".split("").map((name, index) => `${name}: &${name} [${Array(9).fill(`*${"abcdefgh"[index]}`)}]`),
      "shell: x",
    ].join("\n");
    const catalog = await catalogOf({
      "bomb.yaml": bomb,
      "big.yaml": `shell: ${"x".repeat(1_100_000)}\n`,
      "deep.yaml": `shell: ${"[".repeat(100_000)}\n`,
    });
    expect(catalog.problems()).toMatchObject([
      { path: "big.yaml", message: expect.stringContaining("at most 1048576") },
      { path: "bomb.yaml", message: expect.stringMatching(/alias/i) },
      { path: "deep.yaml", message: expect.stringContaining("500 levels") },
    ]);
  });
});

describe("task files", () => {
  test("that are wrong are all reported at once", async () => {
    const catalog = await catalogOf({
      "a.ts": "export default 1;\n",
      "b.yaml": "shell: 1\ntimeout: never\nnope: 1\n",
      "c.ts": "const = ;\n",
    });
    expect(catalog.list()).toEqual([]);
    expect(catalog.problems().map((problem) => problem.path)).toEqual(["a.ts", "b.yaml", "b.yaml", "b.yaml", "c.ts"]);
  });

  test("that cannot even be checked are reported, and the others are served", async () => {
    const catalog = await catalogOf({
      "getter.ts": `import { code } from "ultravisor";\nconst task = code({ run() {} });\nObject.defineProperty(task, "retry", { enumerable: true, get() { throw new Error("trap"); } });\nexport default task;\n`,
      "flow.yaml": yaml("  a: { shell: x }\n", `flow: "${"(".repeat(100_000)}a${")".repeat(100_000)}"\n`),
      "good.yaml": "shell: ls\n",
    });
    expect(catalog.list().map((definition) => definition.name)).toEqual(["good"]);
    expect(catalog.problems()).toMatchObject([
      { path: "flow.yaml", line: 1 },
      { path: "getter.ts", message: expect.stringContaining("trap") },
    ]);
  });

  test("that share a name are both refused", async () => {
    const catalog = await catalogOf({ "a.ts": task("run() {},"), "a.yaml": "shell: ls\n" });
    expect(catalog.list()).toEqual([]);
    expect(catalog.problems()).toMatchObject([
      { path: "a.ts", message: expect.stringContaining("a.ts, a.yaml") },
      { path: "a.yaml" },
    ]);
  });

  test("that use a wrong file are refused naming it", async () => {
    const catalog = await catalogOf({
      "bad.ts": "nope();",
      "op.yaml": yaml("  a: { use: bad }\n"),
      "op2.yaml": yaml("  a: { use: op }\n"),
    });
    expect(catalog.problems()).toMatchObject([
      { path: "bad.ts" },
      { path: "op.yaml", message: expect.stringContaining("bad.ts has errors") },
      { path: "op2.yaml", message: expect.stringContaining("op.yaml has errors") },
    ]);
  });

  test("that start each other in a circle are refused, naming it, whether by `after` or as tasks of each other", async () => {
    const catalog = await catalogOf({
      "a.yaml": "shell: ls\ntriggers: [{ after: c, on: failure }]\n",
      "b.yaml": "shell: ls\ntriggers: [{ after: a }]\n",
      "c.yaml": "shell: ls\ntriggers: [{ after: b, on: any }]\n",
      "behind.yaml": "shell: ls\ntriggers: [{ after: c }]\n",
      "outer.yaml": yaml("  a: { use: inner }\n", "triggers: [{ after: inner }]\n"),
      "inner.yaml": yaml("  a: { shell: ls }\n"),
    });
    expect(catalog.list().map((definition) => definition.name)).toEqual(["behind"]);
    expect(catalog.problems()).toMatchObject([
      { path: "a.yaml", line: 2, column: 21, message: expect.stringContaining("a → b → c → a") },
      { path: "b.yaml", message: expect.stringContaining("a → b → c → a") },
      { path: "c.yaml", message: expect.stringContaining("a → b → c → a") },
      { path: "inner.yaml", message: expect.stringContaining("inner → outer → inner") },
      { path: "outer.yaml", line: 1, message: expect.stringContaining("inner → outer → inner") },
    ]);
  });

  test("that import a wrong file are reported at that file", async () => {
    const catalog = await catalogOf({ "a.ts": 'import "./_lib.ts";\n', "_lib.ts": "\n  let = ;\n" });
    expect(catalog.problems()).toMatchObject([
      { path: "_lib.ts", line: 2, message: expect.stringContaining("imported by a.ts") },
    ]);
    await expect(catalog.parseInput("a", {})).rejects.toMatchObject({ code: "task_file_invalid" });
  });
});
