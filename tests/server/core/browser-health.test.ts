import { describe, expect, test } from "vitest";
import { isGreedy, isHung, type SilentProcess, wornBy } from "../../../apps/server/core/browser-health.ts";

const GiB = 1024 ** 3;
const fresh = { served: 1, age: 1000, bytes: GiB };

describe("a Chromium", () => {
  test.each<[string, Partial<typeof fresh>, string | null]>([
    ["fresh", {}, null],
    ["that served its sessions", { served: 100 }, "it served 100 sessions"],
    ["that is old", { age: 3_600_000 }, "it is 60 minutes old"],
    ["that has grown", { bytes: 2 * GiB }, "it takes 2048 MiB of memory"],
  ])("%s is worn by %j: %s", (_which, wear, expected) => {
    expect(wornBy({ ...fresh, ...wear }, 100, 16 * GiB)).toBe(expected);
  });

  test("may take no more than half of a small machine, nor may one of its pages", () => {
    expect(wornBy(fresh, 100, 2 * GiB)).toBe("it takes 1024 MiB of memory");
    expect([isGreedy(GiB, 2 * GiB), isGreedy(GiB, 16 * GiB), isGreedy(2 * GiB, 16 * GiB)]).toEqual([true, false, true]);
  });
});

describe("silence", () => {
  const idle: SilentProcess = { cpu: 0, isStopped: false, isLoading: false };
  test.each<[string, number, SilentProcess[], boolean]>([
    ["too short to mean anything", 1999, [{ ...idle, isStopped: true }], false],
    [
      "of a process that is stopped",
      2000,
      [
        { ...idle, cpu: 5 },
        { ...idle, isStopped: true },
      ],
      true,
    ],
    ["of one that is busy with itself", 2000, [{ ...idle, cpu: 1900 }, idle], true],
    ["of one that waits for ever", 2000, [idle], true],
    ["of one that gets no time", 5000, [{ ...idle, cpu: 300 }], false],
    ["of one that is being read from the disk", 5000, [{ ...idle, isLoading: true }], false],
    ["that no excuse is good for", 10_000, [{ ...idle, cpu: 300 }], true],
  ])("%s (%d ms): %j means hung: %s", (_whose, silence, processes, expected) => {
    expect(isHung(silence, processes)).toBe(expected);
  });
});
