import { expect, test } from "vitest";
import { columnsOf, isSortable, nextOrder } from "../../../apps/web/src/columns.ts";

test("Columns are the fields of all records, in the order in which they first occur", () => {
  expect(columnsOf([{ data: { url: "a", title: "b" } }, { data: { price: 1, url: "c" } }])).toEqual([
    "url",
    "title",
    "price",
  ]);
});

test("Presses on a head sort rising, then falling, then not at all", () => {
  const first = nextOrder("price", undefined);
  const second = nextOrder("price", first);
  expect([first, second, nextOrder("price", second)]).toEqual(["price", "-price", undefined]);
});

test("A press on another head begins with rising", () => {
  expect(nextOrder("title", "-price")).toBe("title");
});

test.each([
  ["price", true],
  ["last-seen", true],
  ["-odd", false],
  ["two words", false],
  ["a.b", false],
])("A field called %s can be sorted by: %s", (column, sortable) => {
  expect(isSortable(column)).toBe(sortable);
});
