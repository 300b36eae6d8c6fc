import { describe, expect, it } from "vitest";
import { toMatch } from "../../../apps/server/store/record-search.ts";
import { saveRecords, storeOf } from "../../support/records.ts";
import type { TestStore } from "../../support/store.ts";

const ITEMS = [
  { n: 1, title: "Crème brûlée", text: "A dessert of cream and sugar" },
  { n: 2, title: "Blue chair", size: { height: 85.5 }, tags: ["oak", "garden"] },
  { n: 3, title: "Chairs and tables", text: "blue, green" },
];

async function found(store: TestStore, search: string): Promise<number[]> {
  const { items } = await store.records.list("items", { search });
  return items.map(({ data }) => (data as { n: number }).n);
}

describe("A search", () => {
  it.each([
    ["creme brulee", [1]],
    ["CRÈME", [1]],
    ["blue chair", [2]],
    ["chair*", [2, 3]],
    ['"blue green"', [3]],
    ["blue -tables", [2]],
    ["dessert OR garden", [1, 2]],
    ["85.5", [2]],
    ["oak.garden", [2]],
    ['quote" AND x:y NEAR(', []],
    ["nothing", []],
  ])("for %s finds what holds it, wherever in the record", async (search, expected) => {
    const store = await storeOf(ITEMS);
    expect((await found(store, search)).toSorted()).toEqual(expected);
  });

  it("puts the best match first, and comes page by page", async () => {
    const store = await storeOf([
      { n: 1, text: "apple and many other words that dilute what is said about it here" },
      { n: 2, text: "apple apple" },
      { n: 3, text: "pear" },
    ]);
    const first = await store.records.list("items", { search: "apple", limit: 1 });
    const second = await store.records.list("items", { search: "apple", limit: 1, cursor: first.next ?? "" });
    expect([...first.items, ...second.items].map(({ data }) => (data as { n: number }).n)).toEqual([2, 1]);
    expect(second.next).toBeNull();
  });

  it("knows what was saved, changed and deleted after the index was built", async () => {
    const store = await storeOf(ITEMS);
    await found(store, "chair");
    const save = (run: string, title: string) =>
      saveRecords(store, run, [{ collection: "items", key: "k", data: { n: 9, title } }]);
    await save("run-2", "A lamp");
    expect(await found(store, "lamp")).toEqual([9]);
    await save("run-3", "A carpet");
    expect([await found(store, "lamp"), await found(store, "carpet")]).toEqual([[], [9]]);
    await store.records.remove("items", { search: "carpet" });
    expect(await found(store, "carpet")).toEqual([]);
  });

  it("indexes a collection that needs several steps, and no other", async () => {
    const store = await storeOf(Array.from({ length: 2300 }, (_, n) => ({ n, text: `word${n}` })));
    await saveRecords(store, "run-2", [{ collection: "others", key: null, data: { text: "word7" } }]);
    expect([await found(store, "word0"), await found(store, "word2299")]).toEqual([[0], [2299]]);
    const { rows } = await store.database.read("SELECT collection, indexed_to FROM searched_collections", []);
    expect(rows.map((row) => [row.collection, row.indexed_to])).toEqual([["items", null]]);
  });
});

describe("What a person types", () => {
  it.each(["", "  ", "-only", "***", '"'])("needs a word to search for, and %j has none", (search) => {
    expect(() => toMatch(search)).toThrow(expect.objectContaining({ code: "invalid_query" }));
  });
});
