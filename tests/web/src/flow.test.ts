import { expect, test } from "vitest";
import { behind, spots } from "../../../apps/web/src/flow.ts";

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

test("Every task is drawn behind all that it waits for, and beside the others of its layer", () => {
  const places = spots(["a", "b", "c", "d", "e"], [...EDGES, { from: "a", to: "d" }]);
  expect(Object.fromEntries(places)).toEqual({
    a: { layer: 0, lane: 0 },
    b: { layer: 1, lane: 0 },
    c: { layer: 1, lane: 1 },
    d: { layer: 2, lane: 0 },
    e: { layer: 0, lane: 1 },
  });
});
