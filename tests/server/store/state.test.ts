import { expect, test } from "vitest";
import { makeStore } from "../../support/store.ts";

test("Additions are never lost, however many add at once", async () => {
  const { state } = await makeStore();
  await Promise.all(Array.from({ length: 50 }, () => state.increment("global", "count", 2, "t")));
  expect(await state.get("global", "count")).toMatchObject({ value: 100, version: 50 });
  expect((await state.increment("global", "count", 0.5, "t")).value).toBe(100.5);
});

test("Everyone who adds is given a sum of their own", async () => {
  const { state } = await makeStore();
  const added = await Promise.all(Array.from({ length: 50 }, () => state.increment("global", "ticket", 1, "t")));
  expect(added.map(({ value }) => value)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
});

test("A merge that makes a value too large is refused, and so are names that bend prototypes, wherever they stand", async () => {
  const { state } = await makeStore();
  await state.merge("global", "k", { a: "x".repeat(600_000) }, "t");
  const refused = expect.objectContaining({ code: "invalid_request" });
  await expect(state.merge("global", "k", { b: "x".repeat(600_000) }, "t")).rejects.toEqual(refused);
  await expect(state.merge("global", "k", JSON.parse('{"b":{"__proto__":{"c":1}}}'), "t")).rejects.toEqual(refused);
  await expect(state.increment("global", "constructor", 1, "t")).rejects.toEqual(refused);
  expect(await state.get("global", "k")).toMatchObject({ version: 1 });
});

test("A merge changes what it names, takes away what it nulls, and leaves the rest", async () => {
  const { state } = await makeStore();
  await state.merge("global", "house", { a: 1, b: { c: 2, d: 3 } }, "t");
  expect((await state.merge("global", "house", { a: null, b: { c: 4 } }, "t")).value).toEqual({ b: { c: 4, d: 3 } });
});

test.each([
  ["increment", "text"],
  ["merge", [1]],
] as const)("%s refuses a value it does not fit, and leaves it alone", async (verb, value) => {
  const { state } = await makeStore();
  await state.set("global", "k", value, "t");
  const refused = verb === "merge" ? state.merge("global", "k", {}, "t") : state.increment("global", "k", 1, "t");
  await expect(refused).rejects.toMatchObject({ code: "conflict" });
  expect((await state.get("global", "k"))?.value).toEqual(value);
});

test("A write on condition of a version is refused when somebody was faster, naming the version", async () => {
  const { state } = await makeStore();
  await state.set("global", "k", 1, "t", 0);
  await expect(state.set("global", "k", 2, "t", 0)).rejects.toThrow(/at version 1/);
  expect((await state.set("global", "k", 2, "t", 1)).version).toBe(2);
});

test("The last hundred values of a key are kept, newest first, also after it is gone", async () => {
  const store = await makeStore();
  for (let n = 1; n <= 120; n++) await store.state.set("global", "k", n, `writer ${n}`);
  await store.state.set("node-a", "k", "another scope", "t");
  await store.state.delete("global", "k");
  const history = await store.state.history("global", "k", 500);
  expect(history.map((entry) => entry.value)).toEqual(Array.from({ length: 100 }, (_, i) => 120 - i));
  expect(history[0]).toMatchObject({ version: 120, writer: "writer 120" });
});
