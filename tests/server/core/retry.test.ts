import { expect, test } from "vitest";
import { afterFailure } from "../../../apps/server/core/retry.ts";

const RULE = { attempts: 3, delay: 1000, backoff: "exponential", maxDelay: 5000 } as const;

test("A failure with tries left is followed by another one", () => {
  expect(afterFailure(RULE, 1, true, null, 1)).toEqual({ next: "retry", delay: 1000 });
});

test("The last allowed failure ends it", () => {
  expect(afterFailure(RULE, 3, true, null, 1)).toEqual({ next: "fail" });
});

test("A failure that trying again cannot mend ends it at once", () => {
  expect(afterFailure(RULE, 1, false, null, 1)).toEqual({ next: "fail" });
});

test("The wait doubles up to its cap", () => {
  const waits = [1, 2, 3, 4].map((failures) => afterFailure({ ...RULE, attempts: 9 }, failures, true, null, 1));
  expect(waits).toEqual([1000, 2000, 4000, 5000].map((delay) => ({ next: "retry", delay })));
});

test("Half of a growing wait is drawn, so that many failures do not come back at once", () => {
  expect(afterFailure(RULE, 1, true, null, 0)).toEqual({ next: "retry", delay: 500 });
});

test("A fixed wait stays as it is", () => {
  expect(afterFailure({ ...RULE, backoff: "fixed" }, 2, true, null, 0)).toEqual({ next: "retry", delay: 1000 });
});

test("The other side's wish for a longer wait is granted", () => {
  expect(afterFailure(RULE, 1, true, 60_000, 0)).toEqual({ next: "retry", delay: 60_000 });
});
