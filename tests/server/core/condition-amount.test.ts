import { expect, test } from "vitest";
import { parseAmount, showAmount } from "../../../apps/server/core/condition-amount.ts";

test.each([
  [24, 24, ""],
  ["24.5", 24.5, ""],
  ["-3", -3, ""],
  ["10%", 10, "percent"],
  ["5GB", 5e9, "bytes"],
  [" 512 MiB ", 512 * 2 ** 20, "bytes"],
  ["1b", 1, "bytes"],
])("%j is an amount", (text, value, unit) => {
  expect(parseAmount(text)).toEqual({ value, unit });
});

test.each(["", "GB", "5 apples", "1e9", "ib5", "5ib", null, {}, Number.NaN])("%j is no amount", (text) => {
  expect(parseAmount(text)).toBeNull();
});

test.each([
  [4_812_000_000, "bytes", "4.81 GB"],
  [1500, "bytes", "1.5 kB"],
  [12, "bytes", "12 B"],
  [7.123, "percent", "7.12 %"],
  [90_000, "ms", "90 s"],
  [21.5, "", "21.5"],
] as const)("%d %s is shown as %s", (value, unit, text) => {
  expect(showAmount(value, unit)).toBe(text);
});
