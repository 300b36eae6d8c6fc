import { expect, test } from "vitest";
import { beyond } from "../../../apps/server/core/resources.ts";

test.each([
  [{}, null],
  [{ cpu: 2, memory: 24e9 }, null],
  [{ cpu: 2.5 }, "needs 2.5 processors, and there are 2"],
  [{ memory: 64e9 }, "needs 64 GB of memory, and there are 24 GB"],
  [{ cpu: 3, memory: 25e9 }, "needs 3 processors, and there are 2; needs 25 GB of memory, and there are 24 GB"],
])("A task that takes %j of 2 processors and 24 GB: %j", (resources, expected) => {
  expect(beyond(resources, { cpu: 2, memory: 24e9 })).toBe(expected);
});
