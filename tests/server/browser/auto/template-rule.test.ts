import { describe, expect, test } from "vitest";
import {
  compared,
  comparisonsNeeded,
  isDue,
  type Kin,
  kinCompared,
  NEW_KIN,
  NEW_TALLY,
  type Outcome,
  type Tally,
} from "../../../../apps/server/browser/auto/template-rule.ts";

const AGREEING: Kin = { pages: 100, agreed: 5, differed: 0, comparedAt: 3 };
const MIXED: Kin = { ...AGREEING, differed: 1 };

/** What becomes of a new template after these comparisons. */
function after(outcomes: readonly Outcome[], tally: Tally = NEW_TALLY): Tally {
  return outcomes.reduce((now, outcome) => compared(now, outcome, comparisonsNeeded(now, NEW_KIN, false)), tally);
}

const times = (count: number, outcome: Outcome): Outcome[] => Array.from({ length: count }, () => outcome);

describe("a template's tier", () => {
  test.each([
    ["is not known at first", [], "unknown"],
    ["is not known after two comparisons that agree", times(2, "agreed"), "unknown"],
    ["is HTTP after three", times(3, "agreed"), "http"],
    ["is Chromium at the first difference", ["agreed", "differed"], "browser"],
    ["stays Chromium when a few agree again", ["differed", ...times(19, "agreed")], "browser"],
    ["is HTTP again after twenty in a row", ["differed", ...times(20, "agreed")], "http"],
    [
      "stays Chromium when one of twenty differs",
      ["differed", ...times(10, "agreed"), "differed", ...times(19, "agreed")],
      "browser",
    ],
    [
      "takes forty to be HTTP once more",
      ["differed", ...times(20, "agreed"), "differed", ...times(39, "agreed")],
      "browser",
    ],
    ["is not moved by what Chromium could not load", ["agreed", "failed", "failed"], "unknown"],
  ] as const)("%s", (_name, outcomes, tier) => {
    expect(after(outcomes).tier).toBe(tier);
  });
});

describe("comparisons needed", () => {
  test.each([
    ["three of a template of scripts never seen", NEW_KIN, true, 3],
    ["one of a new template whose kin agree", AGREEING, false, 1],
    ["none where nothing about it is new", AGREEING, true, 0],
    ["three of a new template whose kin do not all agree", MIXED, false, 3],
    ["one even where nothing about it is new, if kin do not all agree", MIXED, true, 1],
    ["none when everything is new with every page", { ...AGREEING, agreed: 12 }, false, 0],
    ["one in a hundred pages then", { ...AGREEING, agreed: 12, pages: 500 }, false, 1],
  ])("are %s", (_name, kin, isFamiliar, needed) => {
    expect(comparisonsNeeded(NEW_TALLY, kin, isFamiliar)).toBe(needed);
  });

  test("are none once Chromium could not load three pages of it", () => {
    expect(comparisonsNeeded(after(times(3, "failed")), NEW_KIN, false)).toBe(0);
  });
});

describe("a template served over HTTP", () => {
  const pages = (count: number, kin: Kin): number => {
    let [now, comparisons] = [kin, 0];
    for (let page = 0; page < count; page++) {
      now = { ...now, pages: now.pages + 1 };
      if (!isDue({ ...NEW_TALLY, tier: "http", agreed: 3 }, now)) continue;
      comparisons += 1;
      now = kinCompared(now, "agreed");
    }
    return comparisons;
  };

  test.each([
    [100, 2],
    [1200, 4],
    [10_000, 13],
    [100_000, 103],
  ])("is compared again in %i pages %i times", (count, comparisons) => {
    expect(pages(count, { pages: 3, agreed: 3, differed: 0, comparedAt: 3 })).toBe(comparisons);
  });

  test("is due at once when it was trusted for its kin and one of them turned out to differ", () => {
    expect(isDue({ ...NEW_TALLY, tier: "unknown", pages: 1 }, AGREEING)).toBe(true);
    expect(isDue({ ...NEW_TALLY, tier: "http", pages: 1 }, MIXED)).toBe(true);
    expect(isDue({ ...NEW_TALLY, tier: "http", pages: 1, agreed: 3 }, MIXED)).toBe(false);
  });
});
