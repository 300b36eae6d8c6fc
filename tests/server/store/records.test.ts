import { describe, expect, it } from "vitest";
import type { Json } from "../../../apps/server/core/json.ts";
import { parseOrder, parseWhere } from "../../../apps/server/http/where.ts";
import { gather, saveRecords, storeOf } from "../../support/records.ts";
import { makeStore, type TestStore } from "../../support/store.ts";

const keyed = (key: string, data: Json) => ({ collection: "items", key, data });

async function firstItem(store: TestStore) {
  const [item] = (await store.records.list("items", {})).items;
  if (item === undefined) throw new Error("there is no item");
  return item;
}

describe("A record", () => {
  it("under a key knows who saved it first and last, when it changed, and what it was before", async () => {
    const store = await makeStore();
    await saveRecords(store, "run-1", [keyed("a", { price: 1 })], 100);
    await saveRecords(store, "run-2", [keyed("a", { price: 2 })], 200);
    await saveRecords(store, "run-3", [keyed("a", { price: 2 })], 300);
    const item = await firstItem(store);
    expect(item).toMatchObject({ firstRunId: "run-1", runId: "run-3", taskRunId: "run-3-example", version: 2 });
    expect(item).toMatchObject({ createdAt: 100, changedAt: 200, updatedAt: 300, data: { price: 2 } });
    expect(await store.records.versions(item.id)).toMatchObject([
      { version: 1, data: { price: 1 }, runId: "run-1", changedAt: 100 },
    ]);
  });

  it("keeps the twenty versions before the last", async () => {
    const store = await makeStore();
    for (let price = 1; price <= 25; price++) await saveRecords(store, `run-${price}`, [keyed("a", { price })], price);
    const versions = await store.records.versions((await firstItem(store)).id);
    expect(versions.map(({ version }) => version)).toEqual(Array.from({ length: 20 }, (_, i) => 24 - i));
  });

  it.each([["text"], [5], [true], [null], [[1, { a: 2 }]], [{}]])("may be any JSON, such as %j", async (data: Json) => {
    const store = await storeOf([data]);
    expect((await firstItem(store)).data).toEqual(data);
  });
});

describe("Records", () => {
  const ITEMS = [
    { n: 1, price: 5, shop: { name: "A" }, tags: ["red", "Blue"], "unit price": 1 },
    { n: 2, price: "on request", shop: { name: "B" }, tags: ["bored"], photos: [{ url: "x" }] },
    { n: 3, price: 25, sold: true, note: null },
    { n: 4, price: null, größe: "Änder" },
  ];

  it.each([
    ["price>1", [1, 3]],
    ['price>"a"', [2]],
    ["price<=25", [1, 3]],
    ["price!=5", [2, 3, 4]],
    ["price=null", [4]],
    ["shop.name in (A, B)", [1, 2]],
    ['price in (5, "on request", null)', [1, 2]],
    ["sold in (true)", [3]],
    ["note exists", [3]],
    ["note missing", [1, 2, 4]],
    ["shop exists,price>0", [1]],
    ["tags~red", [1]],
    ["tags~blue", [1]],
    ["shop.name~b", [2]],
    ["tags[1]=Blue", [1]],
    ["photos[0].url=x", [2]],
    ['"unit price"=1', [1]],
    ["größe~nder", [4]],
    ["_version=1,n>2", [3, 4]],
    ["_createdAt<1970-01-02T00:00:00Z,n=1", [1]],
    ["_run=run-2", []],
  ])("are found by %s", async (where, expected) => {
    const store = await storeOf(ITEMS);
    const { items } = await store.records.list("items", { where: parseWhere(where) });
    expect(items.map(({ data }) => (data as { n: number }).n)).toEqual(expected);
  });

  it.each([
    ["value", [null, -1, 0.5, 3, 3, "a", "b"]],
    ["-value", ["b", "a", 3, 3, 0.5, -1, null]],
  ])("come page by page in the order of %s, each once", async (order, expected) => {
    const store = await storeOf([3, "b", null, 0.5, "a", 3, -1].map((value) => ({ value })));
    const seen: Json[] = [];
    let cursor: string | undefined;
    do {
      const page = await store.records.list("items", { order: parseOrder(order), limit: 2, cursor });
      seen.push(...page.items.map(({ data }) => (data as { value: Json }).value));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(expected);
  });

  it("that are written or deleted meanwhile make no page repeat or miss another", async () => {
    const store = await storeOf(Array.from({ length: 6 }, (_, n) => ({ n })));
    const order = parseOrder("n");
    const first = await store.records.list("items", { order, limit: 3 });
    await saveRecords(
      store,
      "run-2",
      [-1, 0.5, 2.5].map((n) => ({ collection: "items", key: null, data: { n } })),
    );
    await store.records.remove("items", { where: parseWhere("n=2") });
    const rest = await store.records.list("items", { order, limit: 9, cursor: first.next ?? "" });
    expect(rest.items.map(({ data }) => (data as { n: number }).n)).toEqual([2.5, 3, 4, 5]);
  });

  it("are refused a cursor of a differently ordered list", async () => {
    const store = await storeOf(ITEMS);
    const { next } = await store.records.list("items", { limit: 1 });
    const asked = store.records.list("items", { order: parseOrder("n"), cursor: next ?? "" });
    await expect(asked).rejects.toMatchObject({ code: "invalid_query" });
  });

  it("are all read, however many steps that takes, plain and in order", async () => {
    const store = await storeOf(Array.from({ length: 450 }, (_, n) => ({ n })));
    const numbers = Array.from({ length: 450 }, (_, n) => ({ n }));
    expect(await gather(store.records.every("items", {}))).toEqual(numbers);
    expect(await gather(store.records.every("items", { order: parseOrder("-n") }))).toEqual(numbers.toReversed());
  });

  it("are deleted by condition, with their versions, and leave other collections alone", async () => {
    const store = await makeStore();
    await saveRecords(store, "run-1", [keyed("a", { n: 1 }), keyed("b", { n: 2 })]);
    await saveRecords(store, "run-2", [keyed("a", { n: 3 }), { collection: "others", key: null, data: { n: 3 } }]);
    expect(await store.records.remove("items", { where: parseWhere("n=3") })).toBe(1);
    expect(await gather(store.records.every("items", {}))).toEqual([{ n: 2 }]);
    expect(await gather(store.records.every("others", {}))).toEqual([{ n: 3 }]);
    const { rows } = await store.database.read("SELECT count(*) AS n FROM record_versions", []);
    expect(rows[0]?.n).toBe(0);
  });
});

describe("The fields of a collection", () => {
  it("are those of all its records in order of appearance; what is no object counts as value", async () => {
    const store = await storeOf([{ b: 1 }, { a: 1, b: 2 }, [7], { c: null }]);
    expect(await store.records.fields("items", {})).toEqual(["b", "a", "value", "c"]);
    expect(await store.records.fields("items", { where: parseWhere("a=1") })).toEqual(["a", "b"]);
  });
});
