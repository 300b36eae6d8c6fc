import { expect, test } from "vitest";
import {
  dueTime,
  nextTime,
  tick,
  timesAfter,
  timesBetween,
  triggerKind,
  wasSetBack,
} from "../../../apps/server/core/schedule.ts";

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

const EVERY_TEN = { cron: "*/10 * * * *", timezone: "UTC" } as const;
const DUE = at("2025-06-01T10:00:00Z");
const MINUTE = 60_000;

test("A tick on time misses nothing", () => {
  expect(tick(EVERY_TEN, DUE, DUE + 5)).toEqual({ nominal: [DUE], missed: 0, nextAt: DUE + 10 * MINUTE });
});

test.each([EVERY_TEN, { every: 10 * MINUTE }])(
  "Times of %j missed while the server was away get one run, for the last",
  (trigger) => {
    const now = DUE + 35 * MINUTE;
    expect(tick(trigger, DUE, now)).toEqual({ nominal: [DUE + 30 * MINUTE], missed: 3, nextAt: DUE + 40 * MINUTE });
  },
);

test.each([EVERY_TEN, { every: 10 * MINUTE }])(
  "Missed times of %j get no run when none is to be caught up",
  (trigger) => {
    const tenMinutesLater = tick({ ...trigger, catchUp: "none" }, DUE, DUE + 35 * MINUTE);
    expect(tenMinutesLater).toEqual({ nominal: [], missed: 4, nextAt: DUE + 40 * MINUTE });
    expect(tick({ ...trigger, catchUp: "none" }, DUE, DUE + 1000).nominal).toEqual([DUE]);
  },
);

test.each([EVERY_TEN, { every: 10 * MINUTE }])(
  "Missed times of %j are caught up one by one, the latest if they are too many",
  (trigger) => {
    const all = (max: number) => tick({ ...trigger, catchUp: { all: true, max } }, DUE, DUE + 35 * MINUTE);
    expect(all(10)).toMatchObject({ nominal: [0, 10, 20, 30].map((m) => DUE + m * MINUTE), missed: 0 });
    expect(all(2)).toMatchObject({ nominal: [20, 30].map((m) => DUE + m * MINUTE), missed: 2 });
  },
);

test("Ten minutes off with an entry of every minute are 0, 1 or 10 starts", () => {
  const minutely = { cron: "* * * * *", timezone: "UTC" } as const;
  const starts = (catchUp: "none" | "last" | { all: true; max: number }) =>
    tick({ ...minutely, catchUp }, DUE, DUE + 9 * MINUTE + 30_000).nominal.length;
  expect([starts("none"), starts("last"), starts({ all: true, max: 100 })]).toEqual([0, 1, 10]);
});

test.each([
  [1, "an hour"],
  [24 * 365 * 10, "ten years"],
])("A clock that jumps ahead by %i h (%s) starts one run, and lists no more than a hundred times", (hours) => {
  const now = DUE + hours * 60 * MINUTE + 30_000;
  const { nominal, missed, nextAt } = tick({ cron: "* * * * *", timezone: "UTC" }, DUE, now);
  expect(nominal).toEqual([now - 30_000]);
  expect(missed).toBe(Math.min(99, hours * 60));
  expect(nextAt).toBe(now + 30_000);
});

test("The last of many times is found though they are unevenly spread", () => {
  const burst = { cron: "* * 3 * * *", timezone: "UTC" } as const;
  const due = at("2025-06-01T03:00:00Z");
  expect(tick(burst, due, at("2025-06-05T12:00:00Z")).nominal).toEqual([at("2025-06-05T03:59:59Z")]);
});

test("A clock set back by minutes makes an entry wait; set back by hours, the entry begins anew", () => {
  expect(wasSetBack(DUE, DUE - 60 * MINUTE)).toBe(false);
  expect(wasSetBack(DUE, DUE - 24 * 60 * MINUTE)).toBe(true);
  expect(wasSetBack(null, 0)).toBe(false);
});

test("Jitter puts a time off by less than its limit, always by as much for the same entry and time", () => {
  const trigger = { every: MINUTE, jitter: 30_000 };
  const delays = Array.from({ length: 200 }, (_, i) => dueTime(trigger, "entry", i * MINUTE) - i * MINUTE);
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...delays)).toBeLessThanOrEqual(30_000);
  expect(new Set(delays).size).toBeGreaterThan(100);
  expect(dueTime(trigger, "entry", 5 * MINUTE)).toBe(5 * MINUTE + (delays[5] ?? 0));
  expect(dueTime({ every: MINUTE }, "entry", 5 * MINUTE)).toBe(5 * MINUTE);
});

test("A time that waits for its jitter is not overtaken by the next", () => {
  const trigger = { every: 20_000, jitter: 15_000 };
  expect(tick(trigger, 20_000, 34_000)).toMatchObject({ nominal: [20_000], missed: 0, nextAt: 40_000 });
});

test("A trigger has no times before its start and none after its end", () => {
  const bounded = { ...EVERY_TEN, start: "2025-06-01T12:00:00.000Z", end: "2025-06-01T12:10:00.000Z" };
  expect(timesAfter(bounded, DUE, 5)).toEqual([at("2025-06-01T12:00:00Z"), at("2025-06-01T12:10:00Z")]);
  const last = tick({ every: 10 * MINUTE, end: "2025-06-01T10:25:00.000Z" }, DUE, DUE + 60 * MINUTE);
  expect(last).toMatchObject({ nominal: [DUE + 20 * MINUTE], nextAt: null });
});

test("An interval that is not aligned counts from when it began", () => {
  const trigger = { every: 10 * MINUTE, aligned: false } as const;
  expect(timesAfter(trigger, DUE + 7, 2)).toEqual([DUE + 7 + 10 * MINUTE, DUE + 7 + 20 * MINUTE]);
  expect(tick(trigger, DUE + 7, DUE + 25 * MINUTE).nextAt).toBe(DUE + 7 + 30 * MINUTE);
});

test("A range is listed no further than needed to tell that it is too long", () => {
  expect(timesBetween({ every: MINUTE }, DUE, DUE + 2 * MINUTE)).toEqual([DUE, DUE + MINUTE, DUE + 2 * MINUTE]);
  expect(timesBetween({ every: 1000 }, 0, DUE)).toHaveLength(101);
  expect(timesBetween({ after: "a", on: "any" }, 0, DUE)).toEqual([]);
});

test.each([
  [{ cron: "@daily" }, "cron"],
  [{ every: 1000 }, "every"],
  [{ when: {} }, "when"],
  [{ after: "a", on: "any" as const }, "after"],
])("%j makes an entry of kind %s", (trigger, kind) => {
  expect(triggerKind(trigger)).toBe(kind);
});
