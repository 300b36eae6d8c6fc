import { expect, test } from "vitest";
import { DEFAULT_LIMITS } from "../../../apps/server/core/definition.ts";
import { catalogOf } from "./folder.ts";

test("a task file keeps what attempts may take, in an operation over what the used task says", async () => {
  const catalog = await catalogOf({
    "build.yaml": "shell: make\nlimits: { memory: 2GB, processes: 64 }",
    "leak.ts": `import { code } from "ultravisor";\nexport default code({ limits: { memory: "300MB", depth: 2 }, run() {} });`,
    "both.yaml": `tasks:\n  build: { use: build, limits: { processes: 128 } }\n  leak: { use: leak }\n  own: { shell: "true", limits: { memory: 1MB } }`,
  });
  expect(catalog.problems()).toEqual([]);
  const limitsOf = (name: string) => catalog.get(name)?.tasks.map(({ spec }) => spec.attemptLimits);
  expect(limitsOf("build")).toEqual([{ memory: 2e9, processes: 64 }]);
  expect(limitsOf("leak")).toEqual([{ memory: 300e6 }]);
  expect(limitsOf("both")).toEqual([{ memory: 2e9, processes: 128 }, { memory: 300e6 }, { memory: 1e6 }]);
  expect(catalog.get("leak")?.tasks[0]?.spec.limits).toMatchObject({ depth: 2, subtasks: DEFAULT_LIMITS.subtasks });
});
