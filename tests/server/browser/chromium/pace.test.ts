import { expect, test } from "vitest";
import { createPace } from "../../../../apps/server/browser/chromium/pace.ts";
import type { PaceReport } from "../../../../apps/server/core/page-limit.ts";

const MEMORY = { available: 16 * 1024 ** 3, total: 16 * 1024 ** 3 };
const never = new AbortController().signal;

interface Worked {
  readonly limit: number;
  readonly told: readonly string[];
  readonly reports: readonly PaceReport[];
}

/** A machine that finishes as many pages in a second as are shown at a time, but never more than `best`. */
async function work(best: number, most: number, rounds: number): Promise<Worked> {
  let now = 0;
  const told: string[] = [];
  const reports: PaceReport[] = [];
  const report = (one: PaceReport) => void reports.push(one);
  const pace = createPace({ most, cores: 1, memory: () => MEMORY, now: () => now, report });
  const enter = () => pace.enter(never, (text) => told.push(text));
  const waiting = Array.from({ length: most * 2 }, enter);
  for (let round = 0; round < rounds; round++) {
    const leave = await waiting.shift();
    waiting.push(enter());
    now += 1000 / Math.min(best, pace.limit);
    leave?.();
  }
  return { limit: pace.limit, told, reports };
}

test("the pace grows as long as the machine keeps up", async () => {
  expect((await work(16, 64, 300)).limit).toBe(16);
});

test("the pace stays within what was asked for", async () => {
  expect((await work(100, 10, 300)).limit).toBe(10);
});

test("the pace reports what it begins with, and each change with its reason", async () => {
  const { reports } = await work(2, 64, 100);
  expect(reports.slice(0, 2)).toEqual([
    { limit: 2, most: 64, change: null },
    { limit: 4, most: 64, change: { from: 2, why: "to see whether more is faster than 2.0 a second" } },
  ]);
});

test("the pace says when it changes, and why", async () => {
  const { told } = await work(2, 64, 100);
  expect(told[0]).toBe(
    "Chromium shows 4 pages at a time from now on, not 2: to see whether more is faster than 2.0 a second.",
  );
  expect(told[1]).toBe("Chromium shows 2 pages at a time from now on, not 4: 4 finished 2.0 a second, 2 finished 2.0.");
});
