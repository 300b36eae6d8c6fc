import { expect, test } from "vitest";
import { parseDuration } from "../../../apps/server/core/duration.ts";

test.each([
  ["500ms", 500],
  ["12s", 12_000],
  ["1h30m", 5_400_000],
  ["1.5s", 1500],
  ["2 d", 172_800_000],
  [250, 250],
])("%j lasts %d ms", (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(["", "5", "5 apples", "-1s", "s", "1s!", Number.NaN, -1])("%j is no duration", (text) => {
  expect(parseDuration(text)).toBeNull();
});
