import { describe, expect, test } from "vitest";
import { nextPlaces, type Places } from "../../../apps/server/core/adaptive.ts";

const FULL: Places = { lock: "l", places: 4, running: 4, waiting: 9, most: 8, while: { io: 80, cpu: 90 } };

describe("the places of work that follows the load", () => {
  test.each([
    ["grow by half while all are taken and the machine is calm", FULL, { io: 30, cpu: 20 }, 6],
    ["grow no further than the most there may be", { ...FULL, places: 7, running: 7 }, { io: 30 }, 8],
    ["stay when not all are taken", { ...FULL, running: 2 }, { io: 30 }, 4],
    ["stay when nothing waits", { ...FULL, waiting: 0 }, { io: 30 }, 4],
    ["shrink by a quarter when one load is at its limit", FULL, { io: 80, cpu: 20 }, 3],
    ["shrink from what really runs", { ...FULL, places: 8, running: 2 }, { cpu: 99 }, 1],
    ["never fall below one, so that the work ends", { ...FULL, places: 1, running: 0 }, { cpu: 100 }, 1],
    ["are not held back by what nobody asked about, or what cannot be told", FULL, { memory: 99 }, 6],
  ] as const)("%s", (_title, places, loads, expected) => {
    expect(nextPlaces(places, loads)).toBe(expected);
  });
});
