import { describe, expect, test } from "vitest";
import { isTolerant, parseTolerance, tolerates } from "../../../apps/server/core/tolerance.ts";

describe("What may fail", () => {
  test.each([
    [0, { count: 0 }],
    [5, { count: 5 }],
    ["0%", { basisPoints: 0 }],
    ["5%", { basisPoints: 500 }],
    ["0.5%", { basisPoints: 50 }],
    ["12.25%", { basisPoints: 1225 }],
    ["100%", { basisPoints: 10_000 }],
    ["100.00%", { basisPoints: 10_000 }],
  ])("is read from %j", (value, tolerance) => {
    expect(parseTolerance(value)).toEqual(tolerance);
  });

  test.each([
    ...[-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60, "5", "five", "", "%", "-1%", "150%", "100.01%", "5 %"],
    ...[" 5%", "5%\n", "5,5%", "0.125%", "1e2%", "٥%", true, null, [5], { count: 5 }],
  ])("is not read from %j", (value) => {
    expect(parseTolerance(value)).toBeNull();
  });

  test("is nothing where it says 0", () => {
    expect([0, "0%", 1, "0.01%"].map((value) => isTolerant(parseTolerance(value) ?? { count: 0 }))).toEqual([
      ...[false, false, true, true],
    ]);
  });
});

describe("Failures", () => {
  test("are not tolerated unless the task says so", () => {
    expect([tolerates(undefined, 0, 10), tolerates(undefined, 1, 10)]).toEqual([true, false]);
  });

  test("are tolerated up to a count, however many subtasks there are", () => {
    expect([0, 5, 6].map((failed) => tolerates({ count: 5 }, failed, 6))).toEqual([true, true, false]);
  });

  test.each([
    ["5%", 1, 20, true],
    ["5%", 1, 19, false],
    ["5%", 2, 20, false],
    ["0.29%", 29, 10_000, true],
    ["0.29%", 30, 10_000, false],
    ["100%", 7, 7, true],
    ["0%", 1, 1_000_000, false],
  ])("are tolerated up to %s of all: %i of %i: %j", (share, failed, subtasks, tolerated) => {
    expect(tolerates(parseTolerance(share) ?? { count: 0 }, failed, subtasks)).toBe(tolerated);
  });
});
