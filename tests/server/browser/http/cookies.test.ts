import { describe, expect, test } from "vitest";
import { fromChromium, toChromium } from "../../../../apps/server/browser/chromium/cookie-sync.ts";
import { CookieJar } from "../../../../apps/server/browser/http/cookies.ts";

/** What a request to `to` carries after an answer from `from` set one cookie. */
function sent(from: string, setCookie: string, to: string): string | null {
  const jar = new CookieJar();
  jar.store(new URL(from), [setCookie]);
  return jar.header(new URL(to));
}

describe("the cookie jar", () => {
  test.each([
    ["http://a.example.com/", "k=v", "http://a.example.com/x?y", "k=v"],
    ["http://a.example.com/", "k=v", "http://example.com/", null],
    ["http://example.com/", "k=v", "http://a.example.com/", null],
    ["http://example.com/", "k=v; Domain=example.com", "http://a.example.com/", "k=v"],
    ["http://a.example.com/", "k=v; Domain=.example.com", "http://b.example.com/", "k=v"],
    ["http://a.example.com/", "k=v; Domain=example.com", "http://notexample.com/", null],
    ["http://a.example.com/", "k=v; Domain=other.com", "http://other.com/", null],
    ["http://example.com/", "k=v; Domain=a.example.com", "http://a.example.com/", null],
    ["http://127.0.0.1:1000/", "k=v", "http://127.0.0.1:2000/", "k=v"],
    ["http://127.0.0.1/", "k=v; Domain=0.0.1", "http://127.0.0.1/", null],
    ["http://127.0.0.1/", "k=v; Domain=127.0.0.1", "http://127.0.0.1/", "k=v"],
  ])("takes the host rule: from %s %s to %s gives %j", (from, setCookie, to, expected) => {
    expect(sent(from, setCookie, to)).toBe(expected);
  });

  test.each(["co.uk", "com", "github.io"])("refuses a cookie for the public suffix %s", (suffix) => {
    expect(sent(`http://shop.${suffix}/`, `k=v; Domain=${suffix}`, `http://other.${suffix}/`)).toBeNull();
  });

  test.each([
    ["/docs/a/b", "k=v", "/docs/a/c", "k=v"],
    ["/docs/a/b", "k=v", "/docs/a", "k=v"],
    ["/docs/a/b", "k=v", "/docs/ab", null],
    ["/docs", "k=v", "/", "k=v"],
    ["/", "k=v; Path=/docs", "/docs/x", "k=v"],
    ["/", "k=v; Path=/docs", "/docsearch", null],
    ["/", "k=v; Path=/docs/", "/docs", null],
    ["/docs/a/b", "k=v; Path=", "/", null],
    ["/docs/a/b", "k=v; Path=docs", "/docs/a/x", "k=v"],
    ["/docs/a/b", "k=v; Path=docs; Path=/", "/", "k=v"],
  ])("takes the path rule: set at %s as %s, asked at %s, gives %j", (at, setCookie, asked, expected) => {
    expect(sent(`http://example.com${at}`, setCookie, `http://example.com${asked}`)).toBe(expected);
  });

  test("sends a secure cookie over https and to loopback only, and takes it from nowhere else", () => {
    expect(sent("https://example.com/", "k=v; Secure", "https://example.com/")).toBe("k=v");
    expect(sent("https://example.com/", "k=v; Secure", "http://example.com/")).toBeNull();
    expect(sent("http://example.com/", "k=v; Secure", "https://example.com/")).toBeNull();
    expect(sent("http://localhost:8080/", "k=v; Secure", "http://localhost:8080/")).toBe("k=v");
  });

  test.each([
    ["__Secure-k=v", null],
    ["__Secure-k=v; Secure", "__Secure-k=v"],
    ["__Host-k=v; Secure; Path=/", "__Host-k=v"],
    ["__Host-k=v; Secure; Path=/x", null],
    ["__Host-k=v; Secure", null],
    ["__HOST-k=v; Path=/", null],
    ["=__Host-k=v; Secure; Path=/", null],
    ["=v; Secure; Path=/", "v"],
    ["__Host-k=v; Secure; Path=/; Domain=example.com", null],
  ])("holds %s to what its prefix promises", (setCookie, expected) => {
    expect(sent("https://example.com/", setCookie, "https://example.com/")).toBe(expected);
  });

  test.each([
    ["k=evil", "k=good"],
    ["k=evil; Max-Age=0", "k=good"],
    ["k=evil; Domain=example.com", "k=good"],
    ["k=evil; Path=/login/x", "k=good"],
    ["k=evil; Secure", "k=good"],
    ["k=other; Path=/", "k=good; k=other"],
    ["other=fine", "other=fine; k=good"],
  ])("leaves a secure cookie alone when an insecure page says %s", (setCookie, expected) => {
    const jar = new CookieJar();
    jar.store(new URL("https://www.example.com/login/"), ["k=good; Secure; Domain=www.example.com; Path=/login"]);
    jar.store(new URL("http://www.example.com/login/x/y"), [setCookie]);
    expect(jar.header(new URL("https://www.example.com/login/x/z"))).toBe(expected);
  });

  test("keeps a secure cookie of one host from the insecure pages of its domain, and of no other domain", () => {
    const jar = new CookieJar();
    jar.store(new URL("https://www.example.com/"), ["k=good; Secure"]);
    jar.store(new URL("http://example.com/"), ["k=evil; Domain=example.com"]);
    jar.store(new URL("http://example.org/"), ["k=own"]);
    expect(jar.header(new URL("https://www.example.com/"))).toBe("k=good");
    expect(jar.header(new URL("http://example.org/"))).toBe("k=own");
  });

  test("leaves a secure cookie alone that came from Chromium", () => {
    const jar = new CookieJar();
    const shared = { name: "k", value: "good", domain: ".example.com", path: "/", expires: -1 };
    jar.replace([fromChromium({ ...shared, httpOnly: true, secure: true, sameSite: "Lax" })]);
    jar.store(new URL("http://www.example.com/"), ["k=evil", "k=evil; Domain=example.com"]);
    expect(jar.all().map(toChromium)).toEqual([{ ...shared, httpOnly: true, secure: true, sameSite: "Lax" }]);
  });

  test("lets a secure page replace a secure cookie, and an insecure one a cookie whose time is over", () => {
    let now = 0;
    const jar = new CookieJar(() => now);
    const [secure, insecure] = [new URL("https://example.com/"), new URL("http://example.com/")];
    jar.store(secure, ["k=1; Secure; Max-Age=10"]);
    jar.store(secure, ["k=2; Secure; Max-Age=10"]);
    expect(jar.header(secure)).toBe("k=2");
    now = 10_000;
    jar.store(insecure, ["k=3"]);
    expect(jar.header(secure)).toBe("k=3");
  });

  test("forgets a cookie when its time is over; Max-Age wins over Expires", () => {
    let now = Date.parse("2026-01-01T00:00:00Z");
    const jar = new CookieJar(() => now);
    const url = new URL("http://example.com/");
    jar.store(url, [
      "a=1; Max-Age=10; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
      "b=2; Expires=Thu, 01 Jan 2026 00:01:00 GMT",
      "c=3",
    ]);
    expect(jar.header(url)).toBe("a=1; b=2; c=3");
    now += 10_000;
    expect(jar.header(url)).toBe("b=2; c=3");
    now += 50_000;
    expect(jar.header(url)).toBe("c=3");
  });

  test("deletes a cookie that is set again with a time in the past", () => {
    const jar = new CookieJar();
    const url = new URL("http://example.com/");
    jar.store(url, ["a=1", "b=2"]);
    jar.store(url, ["a=; Max-Age=0"]);
    expect(jar.header(url)).toBe("b=2");
  });

  test("sends longer paths first, then in the order in which cookies came; a new value keeps its place", () => {
    const jar = new CookieJar();
    const url = new URL("http://example.com/docs/a");
    jar.store(url, ["first=1; Path=/", "second=2; Path=/", "long=3; Path=/docs"]);
    jar.store(url, ["first=4; Path=/"]);
    expect(jar.header(url)).toBe("long=3; first=4; second=2");
  });

  test.each(["", "=", ";Path=/", "a\u0000b=c", `a=${"x".repeat(5000)}`])(
    "ignores %j, which is no cookie",
    (setCookie) => {
      expect(sent("http://example.com/", setCookie, "http://example.com/")).toBeNull();
    },
  );

  test("keeps at most 3,000 cookies, the newest", () => {
    const jar = new CookieJar();
    const url = new URL("http://example.com/");
    jar.store(
      url,
      Array.from({ length: 3010 }, (_, index) => `c${index}=1`),
    );
    expect(jar.all()).toHaveLength(3000);
    expect(jar.all()[0]?.name).toBe("c10");
  });
});
