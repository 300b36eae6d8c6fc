import { describe, expect, it } from "vitest";
import type { RecordFilter } from "../../../apps/server/core/record-query.ts";
import { parseGroup, parseMeasures, parseWhere } from "../../../apps/server/http/where.ts";
import { storeOf } from "../../support/records.ts";
import type { TestStore } from "../../support/store.ts";

const ITEMS = [
  { price: 5, shop: { name: "A" }, sold: true },
  { price: 15, shop: { name: "B" }, sold: 1 },
  { price: "on request", shop: { name: "A" } },
  { price: 10.5, colour: "red" },
];

function ask(store: TestStore, values: string, group: string | null, filter: RecordFilter = {}) {
  const query = { measures: parseMeasures(values), group: group === null ? [] : parseGroup(group), ...filter };
  return store.records.aggregate("items", query);
}

describe("Aggregates", () => {
  it("of all records count, add up, and tell the least, the most and how many differ", async () => {
    const values = "count,count(price),sum(price),avg(price),min(price),max(price),distinct(shop.name),sum(nothing)";
    const [row] = await ask(await storeOf(ITEMS), values, null);
    expect(row).toEqual({
      group: {},
      values: {
        ...{ count: 4, "count(price)": 4, "sum(price)": 30.5, "avg(price)": 30.5 / 3, "min(price)": 5 },
        ...{ "max(price)": "on request", "distinct(shop.name)": 2, "sum(nothing)": null },
      },
    });
  });

  it("by group tell apart what is missing, true and 1", async () => {
    const store = await storeOf(ITEMS);
    expect(await ask(store, "count,sum(price)", "shop.name")).toEqual([
      { group: { "shop.name": "A" }, values: { count: 2, "sum(price)": 5 } },
      { group: { "shop.name": "B" }, values: { count: 1, "sum(price)": 15 } },
      { group: { "shop.name": null }, values: { count: 1, "sum(price)": 10.5 } },
    ]);
    expect((await ask(store, "count", "sold")).map(({ group }) => group.sold)).toEqual([true, 1, null]);
  });

  it("respect conditions and a search", async () => {
    const store = await storeOf(ITEMS);
    expect(await ask(store, "count", null, { where: parseWhere("price>5") })).toMatchObject([{ values: { count: 2 } }]);
    expect(await ask(store, "count", null, { search: "red" })).toMatchObject([{ values: { count: 1 } }]);
    expect(await ask(store, "count,max(price)", null, { where: parseWhere("price>99") })).toEqual([
      { group: {}, values: { count: 0, "max(price)": null } },
    ]);
  });

  it("over more records than are looked at in one go are those of all", async () => {
    const store = await storeOf(Array.from({ length: 12_345 }, (_, n) => ({ n, even: n % 2 === 0 })));
    expect(await ask(store, "count,sum(n),min(n),max(n),distinct(n)", "even")).toEqual([
      {
        group: { even: true },
        values: { count: 6173, "sum(n)": 38_099_756, "min(n)": 0, "max(n)": 12_344, "distinct(n)": 6173 },
      },
      {
        group: { even: false },
        values: { count: 6172, "sum(n)": 38_093_584, "min(n)": 1, "max(n)": 12_343, "distinct(n)": 6172 },
      },
    ]);
  });

  it("of too many groups are refused", async () => {
    const store = await storeOf(Array.from({ length: 10_001 }, (_, n) => ({ n })));
    await expect(ask(store, "count", "n")).rejects.toMatchObject({ code: "invalid_query" });
  });
});
