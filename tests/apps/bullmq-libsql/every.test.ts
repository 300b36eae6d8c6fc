import { expect, test } from "vitest";
import { nextEvery } from "../../../apps/bullmq-libsql/every.ts";

const every = 1000;

test.each([
  ["starts at once", { every, offset: 0, startDate: undefined }, undefined, 12_345, 12_345],
  ["starts at its start date", { every, offset: 0, startDate: 20_000 }, undefined, 12_345, 20_000],
  ["starts now when the start date is over", { every, offset: 0, startDate: 10_000 }, undefined, 12_345, 12_345],
  ["starts at the next offset", { every, offset: 400, startDate: undefined }, undefined, 12_345, 12_400],
  [
    "starts one interval later when the offset is over",
    { every, offset: 300, startDate: undefined },
    undefined,
    12_345,
    13_300,
  ],
  ["goes on one interval after the last run", { every, offset: 345, startDate: undefined }, 12_345, 12_350, 13_345],
  ["skips what was missed", { every, offset: 345, startDate: undefined }, 12_345, 99_400, 100_345],
  [
    "skips to the slot of this interval when it is still ahead",
    { every, offset: 345, startDate: undefined },
    12_345,
    99_300,
    99_345,
  ],
])("a fixed interval %s", (_, schedule, previous, now, next) => {
  expect(nextEvery(schedule, previous, now).next).toBe(next);
});

test("the offset of the first run is its distance from a round interval", () => {
  expect(nextEvery({ every, offset: 0, startDate: undefined }, undefined, 12_345).offset).toBe(345);
});
