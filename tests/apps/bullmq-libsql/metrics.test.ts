import { expect, test } from "vitest";
import { collect } from "../../../apps/bullmq-libsql/metrics.ts";

const minute = 60_000;
const empty = { count: 0, previousAt: null, previousCount: 0, points: [], changed: false };

test("the first job opens the first minute", () => {
  expect(collect(empty, 10, 5 * minute)).toMatchObject({ count: 1, previousAt: 5 * minute, points: [] });
});

test("jobs of one minute are one point once the minute is over, and idle minutes are zeros", () => {
  let metric = collect(empty, 10, 0);
  metric = collect(metric, 10, minute / 2);
  metric = collect(metric, 10, 3 * minute);
  expect(metric).toMatchObject({ count: 3, previousCount: 2, points: [0, 0, 2] });
});

test("no more points are kept than asked for", () => {
  let metric = collect(empty, 2, 0);
  for (const at of [1, 2, 3, 4]) metric = collect(metric, 2, at * minute);
  expect(metric.points).toHaveLength(2);
});
