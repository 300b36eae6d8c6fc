import { expect, test } from "vitest";
import { behind } from "../../../apps/web/src/flow.ts";

const EDGES = [
  { from: "a", to: "b" },
  { from: "b", to: "d" },
  { from: "a", to: "c" },
  { from: "c", to: "d" },
];

test.each([
  ["a", ["b", "d", "c"]],
  ["c", ["d"]],
  ["d", []],
])("Behind %s in a; (b || c); d are %j, each once", (task, names) => {
  expect(behind(task, EDGES)).toEqual(names);
});
