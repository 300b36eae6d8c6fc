import { expect, test } from "vitest";
import { landedKey, standsFor } from "../../../apps/server/core/landing.ts";

const KEY = "https://shop.example/a?b=1&c=2";

test.each([
  ["found where it was asked for", KEY, KEY, null],
  ["found under another spelling of its own address", KEY, "https://SHOP.example/a?c=2&b=1#top", null],
  ["found elsewhere", KEY, "https://shop.example/new?utm_source=x", "https://shop.example/new"],
  [
    "asked for under another spelling, and found elsewhere",
    "https://shop.example/a?c=2&b=1",
    KEY.replace("a?", "z?"),
    KEY.replace("a?", "z?"),
  ],
  ["that is another one than its own", "https://shop.example/price.json", "https://shop.example/elsewhere", null],
])("A page %s lands accordingly", (_, asked, found, landed) => {
  expect(landedKey(KEY, asked, found)).toBe(landed);
});

test("A key that is compared to the letter lands to the letter", () => {
  const exact = "https://shop.example/a#one";
  expect(landedKey(exact, exact, "https://shop.example/a#two")).toBe("https://shop.example/a#two");
});

test.each([
  [KEY, "https://SHOP.example/a?c=2&b=1#top", true],
  [KEY, "https://shop.example/a?b=1", false],
  ["https://shop.example/a#one", "https://shop.example/a#one", true],
  ["https://shop.example/a#one", "https://shop.example/a", false],
])("The key %j stands for %s: %j", (key, asked, expected) => {
  expect(standsFor(key, asked)).toBe(expected);
});
