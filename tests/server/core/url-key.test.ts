import { expect, test } from "vitest";
import { urlKey } from "../../../apps/server/core/url-key.ts";

test.each([
  ["HTTP://Example.COM:80/a/../b", "http://example.com/b"],
  ["https://example.com", "https://example.com/"],
  ["https://example.com/a#part", "https://example.com/a"],
  ["https://example.com/a?", "https://example.com/a"],
  ["https://example.com/a?b=2&a=1", "https://example.com/a?a=1&b=2"],
  ["https://example.com/a?utm_source=x&id=7&fbclid=y", "https://example.com/a?id=7"],
  ["https://example.com/a?x=%20&y=+", "https://example.com/a?x=%20&y=+"],
  ["https://example.com/a?b=2&b=1&a=0", "https://example.com/a?a=0&b=2&b=1"],
  ["https://example.com/A", "https://example.com/A"],
  ["https://example.com/a;jsessionid=1A2B3C?b=1", "https://example.com/a?b=1"],
  ["https://example.com/(S(lit3py55t21z5v55vlm25s55))/a", "https://example.com/a"],
  ["https://example.com/a?PHPSESSID=abc&b=1", "https://example.com/a?b=1"],
  ["https://example.com/a?sid=0123456789abcdef0123456789abcdef", "https://example.com/a"],
  ["https://example.com/a?sid=a1b2c3", "https://example.com/a"],
  ["https://example.com/a?sid=42", "https://example.com/a?sid=42"],
  ["https://example.com/a?sid=26/11/22/1234", "https://example.com/a?sid=26/11/22/1234"],
  ["https://example.com/a;v=1", "https://example.com/a;v=1"],
])("%j is the same page as %j", (text, key) => {
  expect(urlKey(text)).toBe(key);
});

test.each(["page 7", '{"n":1}', "ftp://example.com/a?b=2&a=1", "http://"])(
  "%j is no web address and stays as it is",
  (text) => {
    expect(urlKey(text)).toBe(text);
  },
);
