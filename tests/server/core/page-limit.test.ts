import { describe, expect, test } from "vitest";
import { firstLimit, type Memory, nextLimit, type PageLimit } from "../../../apps/server/core/page-limit.ts";

const MiB = 1024 ** 2;
const PLENTY: Memory = { available: 16_000 * MiB, total: 16_000 * MiB };
const start: PageLimit = { limit: 4, trial: null, restUntil: 0, rest: 30_000 };
const seen = (perSecond: number, memory = PLENTY, wasFull = true) => ({
  milliseconds: 2000,
  finished: perSecond * 2,
  wasFull,
  memory,
});

describe("the first limit", () => {
  test.each<[string, number, Memory, number, number]>([
    ["two pages for each core", 2, PLENTY, 100, 4],
    ["never more than was asked for", 8, PLENTY, 3, 3],
    ["what half of the memory holds", 16, { available: 1500 * MiB, total: 2000 * MiB }, 100, 5],
    ["one page, however little memory there is", 2, { available: 50 * MiB, total: 512 * MiB }, 100, 1],
  ])("is %s", (_what, cores, memory, most, expected) => {
    expect(firstLimit(cores, memory, most).limit).toBe(expected);
  });
});

describe("the limit", () => {
  test("doubles as long as that gains a quarter, up to the most that is allowed", () => {
    let limit = start;
    const limits = [10, 13, 17, 25].map((perSecond) => {
      limit = nextLimit(limit, seen(perSecond), 20, 0).next;
      return limit.limit;
    });
    expect(limits).toEqual([8, 16, 20, 20]);
  });

  test("goes back when more pages at a time finish hardly more, and rests before it tries again", () => {
    const tried = nextLimit(start, seen(10), 100, 0).next;
    const back = nextLimit(tried, seen(12), 100, 1000);
    expect(back).toMatchObject({ next: { limit: 4, trial: null, restUntil: 31_000 } });
    expect(back.why).toBe("8 finished 12.0 a second, 4 finished 10.0");
    expect(nextLimit(back.next, seen(10), 100, 30_000).next.limit).toBe(4);
    expect(nextLimit(back.next, seen(10), 100, 31_000).next.limit).toBe(8);
  });

  test("rests longer after each trial in vain, but no longer than 10 minutes", () => {
    let limit: PageLimit = { ...start, trial: { from: 2, rate: 10 } };
    const rests = Array.from({ length: 6 }, () => {
      limit = { ...nextLimit(limit, seen(10), 100, 0).next, trial: { from: 2, rate: 10 } };
      return limit.restUntil / 1000;
    });
    expect(rests).toEqual([30, 60, 120, 240, 480, 600]);
  });

  test("stays while nobody waits, and forgets what it was trying", () => {
    expect(nextLimit(start, seen(3, PLENTY, false), 100, 0)).toEqual({ next: start, why: null });
    const trying = { ...start, limit: 8, trial: { from: 4, rate: 10 } };
    expect(nextLimit(trying, seen(3, PLENTY, false), 100, 0).next).toMatchObject({ limit: 4, trial: null });
  });

  test("is halved when memory is short, and never below one", () => {
    const short = { available: 200 * MiB, total: 4000 * MiB };
    const halved = nextLimit(start, seen(50, short), 100, 0);
    expect(halved).toMatchObject({ next: { limit: 2 }, why: "only 200 MiB of memory are left" });
    expect(nextLimit({ ...start, limit: 1 }, seen(50, short), 100, 0)).toMatchObject({ next: { limit: 1 }, why: null });
  });

  test("does not double into memory that is not there", () => {
    const some = { available: 700 * MiB, total: 4000 * MiB };
    expect(nextLimit(start, seen(10, some), 100, 0).next.limit).toBe(6);
  });
});
