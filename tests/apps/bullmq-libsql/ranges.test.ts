import { expect, test } from "vitest";
import { slice } from "../../../apps/bullmq-libsql/ranges.ts";

test.each([
  [
    [10, 0, -1],
    [0, 10],
  ],
  [
    [10, 2, 4],
    [2, 3],
  ],
  [
    [10, -3, -1],
    [7, 3],
  ],
  [
    [10, 8, 100],
    [8, 2],
  ],
  [
    [10, 12, 20],
    [12, 0],
  ],
  [
    [0, 0, -1],
    [0, 0],
  ],
])("of %j, Redis would take %j", ([length = 0, start = 0, end = 0], expected) => {
  expect(slice(length, start, end)).toEqual(expected);
});
