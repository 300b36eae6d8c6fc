import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { createLoadMeter } from "../../../apps/server/probe/load.ts";

/** Keeps one processor busy, which is also how time passes here. */
function work(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

test("A busy processor shows as load between the two looks", async () => {
  const load = createLoadMeter();
  await load("cpu");
  work(1000);
  const finding = await load("cpu");
  const value = "value" in finding ? Number(finding.value) : Number.NaN;
  expect(value).toBeGreaterThan(0);
  expect(value).toBeLessThanOrEqual(100);
});

test.runIf(existsSync("/sys/block"))("The busiest disk counts, in percent of the time", async () => {
  const load = createLoadMeter();
  await load("io");
  work(1000);
  const finding = await load("io");
  const value = "value" in finding ? Number(finding.value) : Number.NaN;
  expect(value).toBeGreaterThanOrEqual(0);
  expect(value).toBeLessThanOrEqual(100);
});

test("A load takes two looks that lie apart", async () => {
  const load = createLoadMeter();
  expect(await load("cpu")).toEqual({ problem: "a load takes two looks" });
  expect(await load("cpu")).toEqual({ problem: "a load takes two looks" });
});
