import { expect, test } from "vitest";
import { nextTime, tick, timesAfter } from "../../../apps/server/core/schedule.ts";

const at = (text: string): number => Date.parse(text);

test("An interval is aligned to the clock, not to when the server started", () => {
  expect(nextTime({ every: 300_000 }, at("2025-06-01T10:03:20Z"))).toBe(at("2025-06-01T10:05:00Z"));
});

test("A time that is due now comes next only one interval later", () => {
  expect(nextTime({ every: 60_000 }, at("2025-06-01T10:05:00Z"))).toBe(at("2025-06-01T10:06:00Z"));
});

test("Several next times rise strictly", () => {
  expect(timesAfter({ every: 12_000 }, 0, 3)).toEqual([12_000, 24_000, 36_000]);
  expect(timesAfter({ cron: "0 17 * * *", timezone: "Europe/London" }, at("2025-06-01T00:00:00Z"), 2)).toEqual([
    at("2025-06-01T16:00:00Z"),
    at("2025-06-02T16:00:00Z"),
  ]);
});

test("A trigger that waits for a completion has no next time", () => {
  expect(nextTime({ after: "ingest", on: "success" }, 0)).toBeNull();
});

test("A tick on time misses nothing", () => {
  const due = at("2025-06-01T10:00:00Z");
  expect(tick({ cron: "*/10 * * * *", timezone: "UTC" }, due, due + 5)).toEqual({
    nominalAt: due,
    missed: 0,
    nextAt: due + 600_000,
  });
});

test("Times missed while the server was away are caught up by one run, for the last of them", () => {
  const due = at("2025-06-01T10:00:00Z");
  const now = at("2025-06-01T10:35:00Z");
  expect(tick({ cron: "*/10 * * * *", timezone: "UTC" }, due, now)).toEqual({
    nominalAt: due + 1_800_000,
    missed: 3,
    nextAt: due + 2_400_000,
  });
  expect(tick({ every: 600_000 }, due, now)).toEqual({
    nominalAt: due + 1_800_000,
    missed: 3,
    nextAt: due + 2_400_000,
  });
});

test("However long it was away, the next time lies ahead", () => {
  const { missed, nextAt } = tick(
    { cron: "* * * * *", timezone: "UTC" },
    at("2020-01-01T00:00:00Z"),
    at("2025-06-01T10:00:30Z"),
  );
  expect(missed).toBe(1000);
  expect(nextAt).toBe(at("2025-06-01T10:01:00Z"));
});
