import { expect, test } from "vitest";
import { createNewId } from "../../../apps/server/store/new-id.ts";

test("Ids are UUIDs of version 7 that tell their time", () => {
  const newId = createNewId(() => 0x0123456789ab);
  expect(newId()).toMatch(/^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("Ids rise within a millisecond, and when the clock is set back", () => {
  let now = 1_700_000_000_000;
  const newId = createNewId(() => now);
  const ids = Array.from({ length: 2000 }, (_, i) => {
    if (i === 1000) now -= 60_000;
    return newId();
  });
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});
