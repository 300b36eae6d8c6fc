import { describe, expect, test } from "vitest";
import { type Allowance, isWhole, rateLimit, takeOne } from "../../../apps/server/core/rate-limit.ts";

const LIMIT = rateLimit(100);

/** Asks at each of these times (ms); which of them were taken. */
function taken(times: readonly number[]): boolean[] {
  let allowance: Allowance | null = null;
  return times.map((time) => {
    const verdict = takeOne(LIMIT, allowance, time);
    allowance = verdict.allowance;
    return verdict.wait === 0;
  });
}
const count = (verdicts: readonly boolean[]): number => verdicts.filter(Boolean).length;

describe("A limit of 100 requests per second", () => {
  test("takes 200 at once, and no more", () => {
    expect(count(taken(Array(300).fill(0)))).toBe(200);
  });

  test("takes 100 a second of a flood that goes on for ten", () => {
    const flood = Array.from({ length: 10_000 }, (_, index) => index);
    expect(count(taken(flood))).toBe(200 + 999);
  });

  test("takes all of what keeps to it, for a minute", () => {
    const steady = Array.from({ length: 6000 }, (_, index) => index * 10);
    expect(count(taken(steady))).toBe(6000);
  });

  test("says how long to wait, and takes a request then", () => {
    const { allowance, wait } = takeOne(LIMIT, { left: 0, at: 5000 }, 5000);
    expect(wait).toBe(10);
    expect(takeOne(LIMIT, allowance, 5009).wait).toBeGreaterThan(0);
    expect(takeOne(LIMIT, allowance, 5010).wait).toBe(0);
  });

  test("takes and gives nothing when the clock is set back", () => {
    expect(takeOne(LIMIT, { left: 3, at: 9000 }, 1000)).toEqual({ allowance: { left: 2, at: 1000 }, wait: 0 });
  });

  test("is whole again two seconds after it was used up", () => {
    expect([1999, 2000].map((now) => isWhole(LIMIT, { left: 0, at: 0 }, now))).toEqual([false, true]);
  });
});
