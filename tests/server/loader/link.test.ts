import { describe, expect, test } from "vitest";
import { catalogOf } from "./folder.ts";

const yaml = (tasks: string, more = ""): string => `${more}tasks:\n${tasks}`;

describe("task files", () => {
  test("that have mistakes of their own are checked against the others at once", async () => {
    const catalog = await catalogOf({
      "a.yaml": "shell: ls\ntimeout: never\ntriggers: [{ cron: nope }, { after: gone }]\n",
      "b.yaml": yaml(
        "  x: { use: away }\n  y: { shell: ls, with: { a: '${z.output}' } }\n",
        "nope: 1\nflow: x; y; q\n",
      ),
      "c.yaml": yaml("  x: { use: away }\n  y: { shell: ls, with: { a: '${z.output}' } }\n", "nope: 1\n"),
      "d.ts":
        'import { code } from "ultravisor";\nexport default code({\n  run() {},\n  timeout: "x",\n  triggers: [{ after: "gone" }],\n});\n',
      "e.yaml": yaml("  x: { shell: ls, frobnicate: 1 }\n  y: { use: away }\n", "flow: x; y\n"),
    });
    expect(catalog.list()).toEqual([]);
    const said = catalog.problems().map(({ path, line, message }) => `${path}:${line} ${message.split(/ ?[,(;]/)[0]}`);
    expect(said).toEqual([
      expect.stringMatching(/^a.yaml:2 timeout: expected/),
      "a.yaml:3 triggers[0].cron: expected 5 fields",
      'a.yaml:3 triggers[1].after: unknown task "gone"',
      'b.yaml:1 nope: unknown key "nope"',
      'b.yaml:2 flow: unknown task "q"',
      'b.yaml:4 tasks.x.use: unknown task "away"',
      'c.yaml:1 nope: unknown key "nope"',
      'c.yaml:3 tasks.x.use: unknown task "away"',
      'c.yaml:4 tasks.y.with.a: `z.output` names "z"',
      expect.stringMatching(/^d.ts:4 timeout: expected/),
      'd.ts:5 triggers[0].after: unknown task "gone"',
      'e.yaml:3 tasks.x.frobnicate: unknown key "frobnicate"',
      'e.yaml:4 tasks.y.use: unknown task "away"',
    ]);
  });

  test("that ask for more than the machine has are served, with a warning", async () => {
    const files = {
      "big.yaml": "shell: ls\nresources: { cpu: 9, memory: 64GB }\n",
      "op.yaml": yaml("  a: { shell: ls, resources: { memory: 25GB } }\n  b: { use: big }\n"),
      "small.yaml": "shell: ls\nresources: { cpu: 8, memory: 24GB }\n",
    };
    const catalog = await catalogOf(files, { capacity: { cpu: 8, memory: 24e9 } });
    expect(catalog.list().map(({ name }) => name)).toEqual(["big", "op", "small"]);
    expect(catalog.problems()).toMatchObject([
      {
        path: "big.yaml",
        line: 2,
        message: expect.stringContaining(
          "needs 9 processors, and there are 8; needs 64 GB of memory, and there are 24 GB",
        ),
      },
      { path: "op.yaml", line: 2, message: "tasks.a.resources: needs 25 GB of memory, and there are 24 GB" },
    ]);
  });
});
