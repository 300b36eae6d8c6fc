import { expect, test } from "vitest";
import { urlKey } from "../../../apps/server/core/url-key.ts";

test.each([
  ["HTTP://Example.COM:80/a/../b", "http://example.com/b"],
  ["https://example.com", "https://example.com/"],
  ["https://example.com.:8443/", "https://example.com:8443/"],
  ["https://example.com/a#part", "https://example.com/a"],
  ["https://example.com/a?", "https://example.com/a"],
  ["https://example.com/a?b=2&a=1", "https://example.com/a?a=1&b=2"],
  ["https://example.com/a?utm_source=x&id=7&fbclid=y", "https://example.com/a?id=7"],
  ["https://example.com/a?x=%20&y=+&z=%2B", "https://example.com/a?x=+&y=+&z=%2B"],
  ["https://example.com/a?b=2&b=1&a=0", "https://example.com/a?a=0&b=1&b=2"],
  ["https://example.com/a?&b=&a&&c=1", "https://example.com/a?a=&b=&c=1"],
  ["https://example.com/caf%c3%a9/%7Eme%2Ejpg", "https://example.com/caf%C3%A9/~me.jpg"],
  ["https://example.com/a%2fb%3fc%23d;e%3Bf", "https://example.com/a%2Fb%3Fc%23d;e%3Bf"],
  ["https://example.com/a?q=%e9&p=caf%c3%a9", "https://example.com/a?p=caf%C3%A9&q=%E9"],
  [
    "https://example.com/a?to=http%3A%2F%2Fb.example%2F%3Fx%3D1%26y",
    "https://example.com/a?to=http://b.example/?x=1%26y",
  ],
  ["https://example.com/a?f%5B%5D=red%2Cblue", "https://example.com/a?f[]=red,blue"],
  ["https://example.com/100%/%%34?x=5%&y=%%34", "https://example.com/100%25/%254?x=5%25&y=%254"],
  ["https://example.com/a?gad_source=1&_gl=x&mtm_campaign=y&UTM_Source=z&page=2", "https://example.com/a?page=2"],
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

test.each([
  ["https://example.com/a?b=x%20y&a=1", "https://example.com/a?a=1&b=x+y"],
  ["https://example.com/a?b&a=1", "https://example.com/a?a=1&b="],
  ["https://example.com/a%7Cb%5B1%5D", "https://example.com/a|b[1]"],
  ["https://example.com/a%5eb", "https://example.com/a^b"],
  ["https://example.com/a?f=red&f=blue", "https://example.com/a?f=blue&f=red"],
])("%j and %j are one page, however they are ordered and written", (one, other) => {
  expect(urlKey(one)).toBe(urlKey(other));
});

test.each([
  ["https://example.com/a?q=%e9&a=1", "https://example.com/a?q=%e8&a=1"],
  ["https://example.com/a%2Fb", "https://example.com/a/b"],
  ["https://example.com/a?q=1%262", "https://example.com/a?q=1&2"],
  ["https://example.com/a/", "https://example.com/a"],
])("%j and %j are two pages", (one, other) => {
  expect(urlKey(one)).not.toBe(urlKey(other));
});

test("A key is its own key", () => {
  const key = urlKey("https://Example.com/%%34%7e?b=%2541&a=%%32%30&c=+%20%2b");
  expect(urlKey(key)).toBe(key);
});

test.each(["page 7", '{"n":1}', "ftp://example.com/a?b=2&a=1", "http://"])(
  "%j is no web address and stays as it is",
  (text) => {
    expect(urlKey(text)).toBe(text);
  },
);
