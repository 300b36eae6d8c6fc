import { describe, expect, it } from "vitest";
import { type Cell, createAggregation, MOST_GROUPS } from "../../../apps/server/core/aggregate.ts";
import type { Measure } from "../../../apps/server/core/record-query.ts";

const measure = (name: Measure["name"]): Measure => ({ name, path: ["n"], text: `${name}(n)` });
const cell = (count: number, total: number, least: Cell["least"], most: Cell["most"]): Cell => ({
  count,
  total,
  least,
  most,
});

describe("Parts of an aggregate", () => {
  it.each([
    ["count", [cell(2, 5, 1, 4), cell(1, 3, 3, 3)], 3],
    ["sum", [cell(2, 5, 1, 4), cell(1, 3, 3, 3)], 8],
    ["avg", [cell(2, 5, 1, 4), cell(2, 3, 0, 3)], 2],
    ["min", [cell(1, 0, 7, 7), cell(1, 0, 3, 3), cell(1, 0, "a", "a")], 3],
    ["max", [cell(1, 0, 7, 7), cell(1, 0, "a", "b"), cell(0, 0, null, null)], "b"],
    ["avg", [cell(0, 0, null, null)], null],
    ["sum", [cell(0, 0, null, null)], null],
  ] as const)("add up to one %s", (name, cells, expected) => {
    const aggregation = createAggregation({ group: [], measures: [measure(name)] });
    for (const part of cells) aggregation.add({ group: [], cells: [part] });
    expect(aggregation.rows()).toEqual([{ group: {}, values: { [`${name}(n)`]: expected } }]);
  });

  it("count a value that several of them have once, in each group", () => {
    const aggregation = createAggregation({ group: [{ path: ["g"], text: "g" }], measures: [measure("distinct")] });
    for (const [group, value] of [
      ['"a"', "1"],
      ['"a"', "1"],
      ['"a"', '"1"'],
      [null, "1"],
    ] as const)
      aggregation.addDifferent({ group: [group], measure: 0, value });
    expect(aggregation.rows()).toEqual([
      { group: { g: "a" }, values: { "distinct(n)": 2 } },
      { group: { g: null }, values: { "distinct(n)": 1 } },
    ]);
  });

  it("of too many groups are refused, with what to do", () => {
    const aggregation = createAggregation({ group: [{ path: ["g"], text: "g" }], measures: [] });
    for (let n = 0; n < MOST_GROUPS; n++) aggregation.add({ group: [String(n)], cells: [] });
    expect(() => aggregation.add({ group: ["one more"], cells: [] })).toThrow(
      /more than 10000 groups; group by another/,
    );
  });
});
