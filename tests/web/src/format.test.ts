import { describe, expect, test } from "vitest";
import {
  bytes,
  duration,
  failedText,
  gist,
  plural,
  relativeKey,
  safeUrl,
  shortKey,
  timeAgo,
  words,
} from "../../../apps/web/src/format.ts";

test("Failures are told with how many of them are tolerated", () => {
  expect([failedText(0, 0), failedText(3, 0), failedText(1200, 1200), failedText(4, 3)]).toEqual([
    "",
    " · 3 failed",
    " · 1,200 failed (tolerated)",
    " · 4 failed (3 of them tolerated)",
  ]);
});

describe("A duration", () => {
  test.each([
    [0, "0 ms"],
    [-5, "0 ms"],
    [420, "420 ms"],
    [3290, "3.2 s"],
    [9999, "9.9 s"],
    [59_999, "59 s"],
    [60_000, "1 min"],
    [245_000, "4 min 5 s"],
    [3_600_000, "1 h"],
    [7_380_000, "2 h 3 min"],
    [3 * 86_400_000 + 4 * 3_600_000, "3 d 4 h"],
  ])("of %i ms reads as %s", (milliseconds, text) => {
    expect(duration(milliseconds)).toBe(text);
  });
});

describe("A time", () => {
  const now = Date.parse("2026-11-21T12:00:00Z");

  test.each([
    ["2026-11-21T11:59:59Z", "now"],
    ["2026-11-21T11:57:00Z", "3 min. ago"],
    ["2026-11-21T14:30:00Z", "in 2 hr."],
    ["2026-11-20T12:00:00Z", "yesterday"],
  ])("%s is told from noon as %s", (iso, text) => {
    expect(timeAgo(iso, now)).toBe(text);
  });

  test("more than 30 days away is told as a date", () => {
    expect(timeAgo("2026-01-02T12:00:00Z", now)).toContain("2026");
  });
});

describe("A size", () => {
  test.each([
    [0, "0 B"],
    [999, "999 B"],
    [14_200, "14.2 kB"],
    [3_000_000, "3.0 MB"],
    [2_500_000_000_000_000, "2500.0 TB"],
  ])("of %i bytes reads as %s", (count, text) => {
    expect(bytes(count)).toBe(text);
  });
});

describe("Text that came from the web", () => {
  test.each(["https://example.com/a?b=c#d", "http://127.0.0.1:8080/"])("%s may become a link", (text) => {
    expect(safeUrl(text)).toBe(text);
  });

  test.each([
    "javascript:alert(1)",
    "data:text/html,<b>",
    "//example.com",
    " https://example.com",
    "https://",
    "https://a b.com",
    "file:///etc/passwd",
  ])("%s stays text", (text) => {
    expect(safeUrl(text)).toBeNull();
  });
});

describe("A key that is an address", () => {
  const base = "http://docs.example/pg/index.html";

  test.each([
    ["http://docs.example/pg/sql/select.html", "sql/select.html"],
    ["http://docs.example/pg/app.html?page=2", "app.html?page=2"],
    ["http://docs.example/other/app.html", "/other/app.html"],
    ["http://docs.example/pg/", "/pg/"],
    ["https://elsewhere.example/x", "elsewhere.example/x"],
  ])("%s is shown below its parent as %s", (key, text) => {
    expect(relativeKey(key, base)).toBe(text);
  });

  test("is shown whole, without its protocol, when nothing is known of a parent", () => {
    expect(relativeKey("https://example.com/a", "")).toBe("example.com/a");
  });

  test("and no address at all stays as it is", () => {
    expect(shortKey('{"item":42}')).toBe('{"item":42}');
    expect(relativeKey("page 3", base)).toBe("page 3");
  });
});

test("Counted nouns agree with their number", () => {
  expect([plural(1, "file"), plural(0, "file"), plural(1169, "record")]).toEqual([
    "1 file",
    "0 files",
    "1,169 records",
  ]);
});

test("Words of the API lose their underscores", () => {
  expect(words("upstream_failed")).toBe("upstream failed");
});

test("An input is told in one line, addresses first", () => {
  expect(gist({ depth: 5, tags: ["x"], url: "http://a.example" })).toBe('url http://a.example · depth 5 · tags ["x"]');
  expect(gist({})).toBe("");
});
