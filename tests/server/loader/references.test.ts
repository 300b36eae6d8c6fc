import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { TaskFileProblem } from "../../../apps/server/core/definition.ts";
import { createCatalog } from "../../../apps/server/loader/catalog.ts";
import { silent, write } from "./folder.ts";

const yaml = (tasks: string, more = ""): string => `${more}tasks:\n${tasks}`;

const YAMLS: readonly (readonly [title: string, text: string, line: number, column: number, message: RegExp])[] = [
  ["a concurrency of none", "shell: a\nconcurrency: 0\n", 2, 14, /concurrency: .*>=1/],
  [
    "a key of an output",
    yaml("  a: { shell: x }\n", "concurrency: { limit: 1, key: '${a.output}' }\n"),
    1,
    31,
    /concurrency\.key: expected a text that names only the input/,
  ],
  [
    "a template that names no task",
    yaml("  a: { shell: x }\n  b: { shell: x, needs: [a], with: { n: 'at ${nope.output}' } }\n"),
    3,
    41,
    /names "nope", which is no task of this operation \(position 6\)/,
  ],
  [
    "a template that names a later task",
    yaml("  a: { shell: x, with: { deep: { n: ['${b.output}'] } } }\n  b: { shell: x, needs: [a] }\n"),
    2,
    38,
    /names the task "b", which does not come before/,
  ],
  ["a malformed template", yaml("  a: { shell: x, with: { n: '${a.}' } }\n"), 2, 29, /behind the dot.*at position 5/],
  [
    "a template of an unknown input",
    yaml("  a: { shell: x, with: { n: '${input.nr}' } }\n", "input: { n: integer }\n"),
    3,
    29,
    /no field "nr"/,
  ],
  [
    "a malformed condition",
    yaml("  a: { shell: x, if: 'state.mode =' }\n"),
    2,
    22,
    /"=" does not belong in an expression at position 12/,
  ],
  [
    "an item where there is none",
    yaml("  a: { shell: x, with: { n: '${item}' } }\n"),
    2,
    29,
    /"item" is known only in/,
  ],
  ["a fallback of an unknown task", yaml("  a: { shell: x, fallback: b }\n"), 2, 28, /unknown task "b"/],
  [
    "a fallback in the flow",
    yaml("  a: { shell: x, fallback: b }\n  b: { shell: x }\n", "flow: a; b\n"),
    1,
    7,
    /"b" is the fallback of "a"/,
  ],
  [
    "a fallback of a fallback",
    yaml("  a: { shell: x, fallback: b }\n  b: { shell: x, fallback: c }\n  c: { shell: x }\n"),
    2,
    28,
    /so it cannot have one/,
  ],
  [
    "a hook that waits",
    yaml("  a: { shell: x }\n", "onFailure: { shell: x, needs: [a] }\n"),
    1,
    24,
    /unknown key "needs"/,
  ],
];

/** All of them lie in one folder: loading a folder once reports every one. */
let problems: readonly TaskFileProblem[];

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "ultravisor-tasks-"));
  await write(folder, Object.fromEntries(YAMLS.map((file, index) => [`yaml-${index}.yaml`, file[1]])));
  const catalog = await createCatalog({ folder, log: silent });
  problems = catalog.problems();
  await catalog.close();
  await rm(folder, { recursive: true });
});

describe("an operation with", () => {
  test.each(YAMLS.map((file, index) => [...file, `yaml-${index}.yaml`] as const))(
    "%s is reported with line, column and mend",
    (_title, _text, line, column, message, path) => {
      const [found] = problems.filter((problem) => problem.path === path);
      const mend = expect.stringMatching(/\w/);
      expect(found).toMatchObject({ line, column, message: expect.stringMatching(message), mend });
    },
  );
});
