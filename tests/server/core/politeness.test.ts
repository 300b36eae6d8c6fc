import { expect, test } from "vitest";
import { gapOf, LONGEST_CRAWL_DELAY, pauseAfter } from "../../../apps/server/core/politeness.ts";

test("The gap between two requests is the task's own or the Crawl-delay, whichever is longer", () => {
  const perHost = { concurrency: 1, delay: 2000 };
  expect([null, 1000, 5000].map((crawlDelay) => gapOf(perHost, crawlDelay))).toEqual([2000, 2000, 5000]);
});

test("A Crawl-delay without measure is cut to the longest one there is", () => {
  expect(gapOf({ concurrency: 1, delay: 0 }, 86_400_000)).toBe(LONGEST_CRAWL_DELAY);
});

test.each([
  [429, 5000, 5000],
  [429, null, 1000],
  [503, 5000, 5000],
  [503, null, 0],
  [500, 5000, 0],
  [200, null, 0],
])("A host that answers %s with Retry-After %s is left alone for %s ms", (status, retryAfter, expected) => {
  expect(pauseAfter(status, retryAfter)).toBe(expected);
});
