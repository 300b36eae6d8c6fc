import { expect, test } from "vitest";
import { createRecent } from "../../../apps/server/engine/recent.ts";

function counting(most?: number) {
  const loads: string[] = [];
  const recent = createRecent(async (key) => {
    loads.push(key);
    if (key === "bad") throw new Error("no such thing");
    return key.toUpperCase();
  }, most);
  return { loads, recent };
}

test("A key is loaded once, also when it is asked for twice at once", async () => {
  const { loads, recent } = counting();
  expect(await Promise.all([recent.get("a"), recent.get("a")])).toEqual(["A", "A"]);
  expect(loads).toEqual(["a"]);
});

test("The keys that were used least recently are dropped first", async () => {
  const { loads, recent } = counting(2);
  for (const key of ["a", "b", "a", "c", "a", "b"]) await recent.get(key);
  expect(loads).toEqual(["a", "b", "c", "b"]);
});

test("A failed load and a forgotten key are loaded again", async () => {
  const { loads, recent } = counting();
  await expect(recent.get("bad")).rejects.toThrow("no such thing");
  await expect(recent.get("bad")).rejects.toThrow("no such thing");
  await recent.get("a");
  recent.forget("a");
  await recent.get("a");
  expect(loads).toEqual(["bad", "bad", "a", "a"]);
});
