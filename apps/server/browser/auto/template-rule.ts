/**
 * Which tier serves the pages of a template: HTTP where both tiers were seen to agree, Chromium where they were not. Pure.
 *
 * How often to compare follows from two figures. After n comparisons that agree, fewer than 3/n of the pages differ with 95 %
 * confidence (the rule of three). And a page in Chromium costs about 50 times one over HTTP, so that one comparison in 1,000
 * pages adds 5 %. Hence a few at the start, then each after three times as many pages as the last, and one in 1,000 in the end:
 * what changes after k pages is noticed before 3k.
 */

/** What was seen of a template. */
export interface Tally {
  readonly tier: "unknown" | "http" | "browser";
  readonly pages: number;
  /** Comparisons in a row that agreed. */
  readonly agreed: number;
  /** Comparisons in a row that could not be made, as Chromium did not load the page. */
  readonly failed: number;
  /** How many pages there were at the last comparison. */
  readonly comparedAt: number;
  /** How often it turned out to differ. */
  readonly falls: number;
}

/** What was seen of all templates of a family, whose scripts are the same. */
export interface Kin {
  readonly pages: number;
  readonly agreed: number;
  readonly differed: number;
  readonly comparedAt: number;
}

export type Outcome = "agreed" | "differed" | "failed";

export const NEW_TALLY: Tally = { tier: "unknown", pages: 0, agreed: 0, failed: 0, comparedAt: 0, falls: 0 };
export const NEW_KIN: Kin = { pages: 0, agreed: 0, differed: 0, comparedAt: 0 };

/** Comparisons that a template has to itself before it is trusted. */
const FIRST = 3;
/**
 * While all kin agree, a template needs one comparison of its own if anything about it is new, and none if it only combines
 * what was seen. Where everything is new with every page, novelty tells nothing: then at most so many, and one in 100 pages.
 */
const NOVELTIES = 10;
const NOVELTY_RATE = 0.01;
const GROWTH = 3;
const FIRST_GAP = 25;
const LAST_GAP = 1000;
/** Comparisons in a row that bring a template back to HTTP; twice as many after each fall, so that it does not waver. */
const WAY_BACK = 20;
const MAX_DOUBLINGS = 5;

/** How many more comparisons must agree before the template's pages are served over HTTP. */
export function comparisonsNeeded(tally: Tally, kin: Kin, isFamiliar: boolean): number {
  if (tally.tier !== "unknown" || tally.failed >= FIRST) return 0;
  return Math.max(0, ownNeed(kin, isFamiliar) - tally.agreed);
}

function ownNeed(kin: Kin, isFamiliar: boolean): number {
  if (kin.agreed < FIRST) return FIRST;
  if (kin.differed > 0) return isFamiliar ? 1 : FIRST;
  return !isFamiliar && kin.agreed < NOVELTIES + kin.pages * NOVELTY_RATE ? 1 : 0;
}

/** Whether a template that is served over HTTP is due to be compared again. Where all kin agree, they take turns. */
export function isDue(tally: Tally, kin: Kin): boolean {
  // It was trusted for its kin, which turned out not to be all alike.
  if (kin.differed > 0 && tally.agreed < FIRST && tally.failed === 0) return true;
  const { pages, comparedAt } = kin.differed === 0 ? kin : tally;
  return pages - comparedAt >= Math.min(LAST_GAP, Math.max(FIRST_GAP, (GROWTH - 1) * comparedAt));
}

export function compared(tally: Tally, outcome: Outcome, needed: number): Tally {
  const seen = { ...tally, comparedAt: tally.pages };
  if (outcome === "failed") return { ...seen, failed: tally.failed + 1 };
  if (outcome === "differed") {
    return { ...seen, tier: "browser", agreed: 0, failed: 0, falls: tally.falls + (tally.tier === "http" ? 1 : 0) };
  }
  const agreed = tally.agreed + 1;
  const isBack = tally.tier === "browser" && agreed >= WAY_BACK * 2 ** Math.min(tally.falls, MAX_DOUBLINGS);
  const isProven = tally.tier === "unknown" && needed <= 1;
  return { ...seen, agreed, failed: 0, tier: isBack || isProven ? "http" : tally.tier };
}

export function kinCompared(kin: Kin, outcome: Outcome): Kin {
  return {
    ...kin,
    comparedAt: kin.pages,
    agreed: kin.agreed + (outcome === "agreed" ? 1 : 0),
    differed: kin.differed + (outcome === "differed" ? 1 : 0),
  };
}
