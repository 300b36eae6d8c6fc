import { describe, expect, test } from "vitest";
import { breachOf, DEFAULT_PROCESSES, nearLimit } from "../../../apps/server/core/attempt-limits.ts";

describe("limits of an attempt", () => {
  test("are broken by more than they allow, and the reason says what was had and what is allowed", () => {
    expect(breachOf({ memory: 600e6 }, { memory: 612e6, processes: 3 })).toEqual({
      reason: "memory",
      message: "memory 612 MB > 600 MB: limits.memory allows no more, so it was ended",
    });
    expect(breachOf({ processes: 256 }, { memory: 0, processes: 257 })).toEqual({
      reason: "processes",
      message: "more than 256 processes at once: limits.processes allows no more, so it was ended",
    });
  });

  test("are not broken by exactly what they allow, and memory has none unless it is said", () => {
    expect(breachOf({ memory: 600e6, processes: 256 }, { memory: 600e6, processes: 256 })).toBeNull();
    expect(breachOf({}, { memory: Number.MAX_SAFE_INTEGER, processes: DEFAULT_PROCESSES })).toBeNull();
    expect(breachOf({}, { memory: 0, processes: DEFAULT_PROCESSES + 1 })).toMatchObject({ reason: "processes" });
  });

  test("are near from four fifths on", () => {
    expect(nearLimit({ memory: 100e6 }, { memory: 80e6, processes: 1 })).toBeNull();
    expect(nearLimit({ memory: 100e6 }, { memory: 81e6, processes: 1 })).toBe(
      "memory 81 MB, close to the limit of 100 MB",
    );
    expect(nearLimit({ processes: 10 }, { memory: 0, processes: 9 })).toBe("9 processes, close to the limit of 10");
  });
});
