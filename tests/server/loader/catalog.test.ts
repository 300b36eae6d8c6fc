import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { DEFAULT_LIMITS } from "../../../apps/server/core/definition.ts";
import { catalogOf, changed, openCatalog, tasksFolder, write } from "./folder.ts";

const CODE =
  'import { code, z } from "ultravisor";\nexport default code({ input: z.object({ depth: z.int().min(0).default(5), url: z.url() }), run({ input, log }) { log(input.url); } });\n';

describe("a catalog", () => {
  test("knows the collections that task files and what they import declare, as JSON Schema of what is kept", async () => {
    const catalog = await catalogOf({
      "_shop.ts": `import { collection, z } from "ultravisor";
export const items = collection("items", { schema: z.object({ price: z.number().default(1) }) });`,
      "a.ts": `import { items } from "./_shop.ts";\n${CODE.replace("log(input.url)", "log(items.name, input.url)")}`,
    });
    expect(catalog.problems()).toEqual([]);
    expect(catalog.collections()).toMatchObject([
      { name: "items", schema: { type: "object", required: ["price"], properties: { price: { type: "number" } } } },
    ]);
  });

  test("tells of a collection that is declared twice, and where", async () => {
    const text = `import { collection, z } from "ultravisor";\ncollection("items", { schema: z.string() });\n`;
    const catalog = await catalogOf({ "a.ts": text + CODE.split("\n").slice(1).join("\n"), "b.ts": text });
    expect(catalog.problems()).toMatchObject([
      { path: "a.ts" },
      { path: "b.ts", line: 2, message: expect.stringContaining('"items" is declared twice') },
    ]);
  });

  test("names tasks by their path without extension and leaves out what is no task", async () => {
    const catalog = await catalogOf({
      "shop/prices.ts": CODE,
      "disk.yml": "shell: df -h\n",
      "_help.ts": "export const x = 1;\n",
      "types.d.ts": "export type X = 1;\n",
      "vite.config.ts": "export default {};\n",
      "node_modules/pkg/index.ts": "throw new Error('never');\n",
      ".hidden/x.ts": "throw new Error('never');\n",
    });
    expect(catalog.problems()).toEqual([]);
    expect(catalog.list().map((definition) => [definition.name, definition.kind])).toEqual([
      ["disk", "shell"],
      ["shop/prices", "code"],
    ]);
  });

  test("gives a definition as plain data, with its input as JSON Schema", async () => {
    const catalog = await catalogOf({
      "crawl.ts": `import { browser, cron, every, z } from "ultravisor";
export default browser({
  description: "Crawl", input: z.object({ url: z.url(), depth: z.int().default(3) }),
  triggers: [cron("0 17 * * *", { timezone: "Europe/London", input: { url: "https://example.com" } }), every("12s", { input: { url: "https://example.org" } })],
  retry: { attempts: 3 }, timeout: "2m", env: { LEVEL: "high" },
  async run({ input, visit: go, page = null, spawn }) { await go(input.url); },
});`,
    });
    expect(catalog.problems()).toEqual([]);
    const definition = catalog.get("crawl");
    expect(definition).toMatchObject({
      kind: "browser",
      description: "Crawl",
      path: "crawl.ts",
      flow: "",
      triggers: [{ cron: "0 17 * * *", timezone: "Europe/London" }, { every: 12_000 }],
      input: { type: "object", required: ["url"], properties: { depth: { default: 3, type: "integer" } } },
    });
    expect(definition?.tasks).toEqual([
      {
        name: "crawl",
        use: "crawl",
        needs: [],
        with: {},
        spec: {
          kind: "browser",
          source: "crawl",
          file: expect.stringMatching(/\/crawl\.ts$/),
          hash: expect.stringMatching(/^[0-9a-f]{64}$/),
          retry: { attempts: 3, delay: 1000, backoff: "exponential", maxDelay: 300_000 },
          timeout: 120_000,
          limits: DEFAULT_LIMITS,
          env: { LEVEL: "high" },
          render: "auto",
          fixtures: ["input", "visit", "page", "spawn"],
        },
      },
    ]);
  });

  test("plans an operation: flow and needs together, used tasks with their own limits", async () => {
    const catalog = await catalogOf({
      "mail.ts": CODE,
      "nightly.yaml": `triggers: [{ cron: "30 2 * * *", timezone: Europe/London }, { after: mail, on: any }]
flow: pull; (transcode | thumbs); report
tasks:
  pull: { shell: "echo pull", timeout: 30m, env: { N: 3 } }
  transcode: { shell: "echo a" }
  thumbs: { shell: "echo b", needs: [pull] }
  report: { use: mail, with: { url: "https://example.com" }, retry: { attempts: 2, delay: 5s } }
  notify: { shell: "echo c", needs: [report] }
`,
    });
    expect(catalog.problems()).toEqual([]);
    const operation = catalog.get("nightly");
    expect(operation?.flow).toBe("pull; (transcode || thumbs); report");
    expect(operation?.tasks.map((task) => [task.name, task.needs])).toEqual([
      ["pull", []],
      ["transcode", ["pull"]],
      ["thumbs", ["pull"]],
      ["report", ["transcode", "thumbs"]],
      ["notify", ["report"]],
    ]);
    expect(operation?.tasks[0]).toMatchObject({
      use: null,
      spec: { kind: "shell", source: "nightly", command: "echo pull", timeout: 1_800_000, env: { N: "3" } },
    });
    expect(operation?.tasks[3]).toMatchObject({
      use: "mail",
      with: { url: "https://example.com" },
      spec: { kind: "code", source: "mail", retry: { attempts: 2, delay: 5000 } },
    });
  });

  test("reads everything an operation may say about its tasks", async () => {
    const catalog = await catalogOf({
      "small.yaml": "shell: echo small\n",
      "copy.yaml": "concurrency: 4\nshell: cp a b\n",
      "all.ts": `import { operation } from "ultravisor";
export default operation({
  timeout: "1h", concurrency: { limit: 2, key: "\${input.host}" }, flow: "list; (big || each)", onFailure: ["small", { shell: "date" }],
  tasks: {
    list: { shell: "ls" },
    big: { shell: "exit 1", with: { n: 1 }, if: "list.output != ''", fallback: "small" },
    each: { use: "copy", each: "\${list.output}", with: { file: "\${item}" }, fallback: "other" },
    other: { shell: "date", concurrency: 1 },
  },
});`,
    });
    expect(catalog.problems()).toEqual([]);
    const all = catalog.get("all");
    expect(all).toMatchObject({ timeout: 3_600_000, concurrency: { limit: 2, key: "${input.host}" } });
    expect(
      all?.tasks.map(({ name, use, needs, fallbackFor, hook }) => [name, use, needs, fallbackFor ?? hook]),
    ).toEqual([
      ["list", null, [], undefined],
      ["big", null, ["list"], undefined],
      ["each", "copy", ["list"], undefined],
      ["other", null, [], "each"],
      ["big-fallback", "small", [], "big"],
      ["onFailure", "small", [], "failure"],
      ["onFailure-2", null, [], "failure"],
    ]);
    expect(all?.tasks.map(({ spec }) => spec.concurrency)).toMatchObject([
      ...[undefined, undefined, { of: "copy", limit: 4 }],
      ...[{ of: "all/other", limit: 1 }, undefined, undefined, undefined],
    ]);
    expect(all?.tasks[4]?.with).toEqual({ n: 1 });
  });

  test("loads again when a file changes, comes or goes, and gives an edited file another hash", async () => {
    const folder = await tasksFolder({
      "a.ts":
        'import { word } from "./_word.ts";\nimport { shell } from "ultravisor";\nexport default shell({ command: word });',
      "_word.ts": 'export const word = "one";',
    });
    const catalog = await openCatalog(folder);
    const first = catalog.get("a")?.tasks[0]?.spec;
    const edited = changed(catalog, () => catalog.get("a")?.tasks[0]?.spec.command === "two");
    await write(folder, { "_word.ts": 'export const word = "two";' });
    await edited;
    expect(catalog.get("a")?.hash).not.toBe(first?.hash);

    const added = changed(catalog, () => catalog.get("b") !== undefined);
    await write(folder, { "b.yaml": "shell: ls\n" });
    await added;
    const broken = changed(catalog, () => catalog.get("b") === undefined);
    await write(folder, { "b.yaml": "shell: [\n" });
    await broken;
    expect(catalog.problems()).toMatchObject([{ path: "b.yaml" }]);
    const gone = changed(catalog, () => catalog.problems().length === 0);
    await rm(join(folder, "b.yaml"));
    await gone;
    expect(catalog.list().map((definition) => definition.name)).toEqual(["a"]);
  });

  test("says what to do when the tasks folder is not there", async () => {
    const catalog = await openCatalog(join(await tasksFolder({}), "nowhere"));
    expect(catalog.problems()).toMatchObject([
      { message: expect.stringContaining("does not exist"), mend: expect.stringContaining("ULTRAVISOR_TASKS") },
    ]);
  });
});

describe("a task file that misbehaves while it is imported", () => {
  test("is reported when it never ends, in a loop or a promise, and the others are served", async () => {
    const catalog = await catalogOf(
      { "loop.ts": "for (;;) {}\n", "wait.ts": "await new Promise(() => {});\nexport {};\n", "good.ts": CODE },
      { importLimit: 4000 },
    );
    expect(catalog.list().map((definition) => definition.name)).toEqual(["good"]);
    expect(catalog.problems()).toMatchObject([
      { path: "loop.ts", message: expect.stringContaining("longer than 4000 ms") },
      { path: "wait.ts", message: expect.stringContaining("longer than 4000 ms") },
    ]);
  });

  test("is reported when it ends the process, and the others are served", async () => {
    const catalog = await catalogOf({ "exit.ts": "process.exit(3);\n", "good.ts": CODE });
    expect(catalog.get("good")).toBeDefined();
    expect(catalog.problems()).toMatchObject([{ path: "exit.ts", message: expect.stringContaining("exit code 3") }]);
  });

  test("sees nothing of the server's environment", async () => {
    const catalog = await catalogOf(
      {
        "env.ts":
          'import { shell } from "ultravisor";\nexport default shell({ command: Object.keys(process.env).sort().join(" ") || "none" });',
      },
      { env: { LANG: "C" } },
    );
    expect(catalog.get("env")?.tasks[0]?.spec.command?.split(" ")).not.toContain("PATH");
  });
});

describe("input", () => {
  test("that fits comes back with its defaults", async () => {
    const catalog = await catalogOf({
      "a.ts": CODE,
      "b.yaml": "input: { url: string, depth: { type: integer, default: 3 }, note: string? }\nshell: ls\n",
    });
    await expect(catalog.parseInput("a", { url: "https://x.org" })).resolves.toEqual({
      depth: 5,
      url: "https://x.org",
    });
    await expect(catalog.parseInput("b", { url: "x" })).resolves.toEqual({ depth: 3, url: "x" });
  });

  test("that does not fit is refused naming the fields", async () => {
    const catalog = await catalogOf({ "a.ts": CODE, "b.yaml": "input: { url: string }\nshell: ls\n" });
    await expect(catalog.parseInput("a", { url: "nope", depth: -1 })).rejects.toMatchObject({
      code: "invalid_input",
      fields: [{ path: "input.depth" }, { path: "input.url" }],
    });
    await expect(catalog.parseInput("b", { url: "x", other: 1 })).rejects.toMatchObject({
      code: "invalid_input",
      fields: [{ path: "input.other", message: "unknown field" }],
    });
    await expect(catalog.parseInput("b", [1])).rejects.toMatchObject({
      code: "invalid_input",
      fields: [{ path: "input" }],
    });
  });

  test("whose parsed form is no JSON is handed on as it came", async () => {
    const catalog = await catalogOf({
      "a.ts":
        'import { code, z } from "ultravisor";\nexport default code({ input: z.object({ day: z.coerce.date() }), run() {} });',
    });
    await expect(catalog.parseInput("a", { day: "2025-01-01" })).resolves.toEqual({ day: "2025-01-01" });
  });

  test("of an unknown task, or of a task whose file is wrong, is refused by its own code", async () => {
    const catalog = await catalogOf({ "a.ts": CODE, "bad.yaml": "shel: x\n" });
    await expect(catalog.parseInput("zzz", {})).rejects.toMatchObject({
      code: "unknown_task",
      message: expect.stringContaining("there are: a"),
    });
    await expect(catalog.parseInput("bad", {})).rejects.toMatchObject({
      code: "task_file_invalid",
      message: expect.stringContaining("bad.yaml:1"),
    });
  });

  test("that a schema never finishes with is refused, and the next one is checked again", async () => {
    const catalog = await catalogOf(
      {
        "a.ts":
          'import { code, z } from "ultravisor";\nexport default code({ input: z.object({ n: z.int() }).refine((v) => { while (v.n > 1) {} return true; }), run() {} });',
      },
      { parseLimit: 1000 },
    );
    await expect(catalog.parseInput("a", { n: 2 })).rejects.toMatchObject({
      code: "invalid_input",
      message: expect.stringContaining("longer than 1000 ms"),
    });
    await expect(catalog.parseInput("a", { n: 1 })).resolves.toEqual({ n: 1 });
  });
});
