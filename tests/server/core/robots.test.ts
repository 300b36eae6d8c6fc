import { describe, expect, test } from "vitest";
import { parseRobots } from "../../../apps/server/core/robots.ts";

const allows = (text: string, path: string): boolean => parseRobots(text, "Ultravisor").allows(path);
const rules = (...lines: string[]): string => ["User-agent: *", ...lines].join("\n");

describe("A robots.txt with groups", () => {
  test.each([
    [
      "is the one with our name, whatever its case",
      "User-agent: ULTRAvisor\nDisallow: /\n\nUser-agent: *\nAllow: /",
      false,
    ],
    ["is the one with our name and a version", "User-agent: Ultravisor/2.0 (x)\nDisallow: /", false],
    ["is not one with a name that only begins as ours", "User-agent: Ultravisor-Images\nDisallow: /", true],
    ["replaces that for everybody", "User-agent: *\nDisallow: /\n\nUser-agent: ultravisor\nDisallow: /private", true],
    [
      "is that for everybody when none has our name",
      "User-agent: other\nAllow: /\n\nUser-agent: *\nDisallow: /",
      false,
    ],
    ["may share its rules with others", "User-agent: other\nUser-agent: ultravisor\nDisallow: /", false],
    [
      "may come in several parts",
      "User-agent: ultravisor\nDisallow: /x\n\nUser-agent: ultravisor\nDisallow: /page",
      false,
    ],
    [
      "goes on over empty and unknown lines",
      "User-agent: ultravisor\n\nNoindex: /\nSitemap: /s.xml\nDisallow: /",
      false,
    ],
    ["names several at once", "User-agent: Otherbot, Ultravisor\nDisallow: /", false],
    ["has a name of several words, of which ours is the first", "User-agent: Ultravisor beta\nDisallow: /", false],
    ["is no one's whose name begins with a star", "User-agent: *bot\nDisallow: /", true],
    ["is read past half a byte order mark", "\ufffdUser-agent: ultravisor\nDisallow: /", false],
    ["is none when rules come before any name", "Disallow: /\nUser-agent: other\nDisallow: /", true],
    [
      "is read past a byte order mark, spaces and comments",
      "\ufeff  user-AGENT :ultravisor # us\r\n\tDISALLOW:  /  # all",
      false,
    ],
  ])("speaks to us by the group that %s", (_what, text, expected) => {
    expect(allows(text, "/page")).toBe(expected);
  });
});

describe("A rule of a robots.txt", () => {
  test.each([
    ["/fish", "/fish", true],
    ["/fish", "/fish/salmon.html", true],
    ["/fish", "/fishheads?id=1", true],
    ["/fish", "/Fish.asp", false],
    ["/fish", "/catfish", false],
    ["/fish/", "/fish", false],
    ["/fish*", "/fish.html", true],
    ["/*.php", "/folder/name.php5?x=1", true],
    ["/*.php", "/windows.PHP", false],
    ["/*.php$", "/folder/name.php", true],
    ["/*.php$", "/name.php?x", false],
    ["/fish*.php", "/fishheads/catfish.php?x=1", true],
    ["/fish*.php", "/Fish.php", false],
    ["/$", "/", true],
    ["/$", "/page", false],
    ["/a$b", "/a$b", true],
    ["/a*b*c$", "/aXbYbZc", true],
    ["/a*b*c$", "/aXbYbZcd", false],
    ["/ab*b$", "/ab", false],
    ["/*", "/anything", true],
    ["/search?q=", "/search?q=tea", true],
    ["/caf%C3%A9", "/caf%c3%a9", true],
    ["/café", "/caf%C3%A9", true],
    ["/%7Euser", "/~user", true],
    ["/a%2Fb", "/a/b", false],
    ["/a%2Ab", "/a*b", true],
    ["/a%2Ab", "/axb", false],
    ["/a|b", "/a%7Cb", true],
    ["/list?ids={1}", "/list?ids=%7b1%7d", true],
    ['/say"hi"', "/say%22hi%22", true],
    ["/a%5Bb%5D", "/a[b]", false],
    ["admin/", "/admin/users", true],
    ["admin/", "/old/admin/", false],
    ["*/print", "/page/print", true],
    ["", "/page", false],
  ])("Disallow: %s holds for %s: %s", (pattern, path, holds) => {
    expect(allows(rules(`Disallow: ${pattern}`), path)).toBe(!holds);
  });

  test.each([
    [["Allow: /p", "Disallow: /"], "/page", true],
    [["Disallow: /", "Allow: /p"], "/page", true],
    [["Allow: /folder", "Disallow: /folder"], "/folder/page", true],
    [["Allow: /page", "Disallow: /*.htm"], "/page.htm", false],
    [["Allow: /$", "Disallow: /"], "/", true],
    [["Allow: /$", "Disallow: /"], "/page", false],
    [["Disallow: /"], "/robots.txt", true],
    [["Allow: /docs/index.html", "Disallow: /"], "/docs/", true],
    [["Allow: /docs/index.html", "Disallow: /"], "/docs/index.htm", false],
    [["Allow: /", "Disallow: /docs/index.html"], "/docs/", true],
  ])("gives way to a longer one, and Allow to nothing as long: %j for %s: %s", (lines, path, expected) => {
    expect(allows(rules(...lines), path)).toBe(expected);
  });

  test("is obeyed where the colon was forgotten", () => {
    const robots = parseRobots("user-agent Ultravisor\ndisallow /private\ndisallow everything please", "Ultravisor");
    expect(robots.allows("/private/page")).toBe(false);
    expect(robots.allows("/public")).toBe(true);
  });

  test.each(["Useragent: Ultravisor", "User agent: Ultravisor", "user agent ultravisor"])(
    "is obeyed where its name is misspelt, in a group of %j",
    (name) => {
      for (const field of ["Dissallow", "DISALOW", "Disallaw", "Diasllow"]) {
        const robots = parseRobots(`${name}\n${field}: /private\nCrawl delay: .5`, "Ultravisor");
        expect([robots.allows("/private/page"), robots.crawlDelay]).toEqual([false, 500]);
      }
    },
  );

  test("cannot be written so that matching it takes for ever", () => {
    expect(allows(rules(`Disallow: /${"*a".repeat(5000)}b$`), `/${"a".repeat(8000)}`)).toBe(true);
  });
});

describe("A robots.txt", () => {
  test("says how long to wait between two requests, the longest time of our groups", () => {
    const text =
      "User-agent: *\nCrawl-delay: 9\n\nUser-agent: ultravisor\nCrawl-delay: 1.5\n\nUser-agent: ultravisor\nCrawl-delay: 0.5";
    expect(parseRobots(text, "Ultravisor").crawlDelay).toBe(1500);
    expect(parseRobots("User-agent: *\nCrawl-delay: soon", "Ultravisor").crawlDelay).toBeNull();
  });

  test("names site maps for everybody, wherever they stand", () => {
    const text =
      "Sitemap: https://example.com/a.xml\nUser-agent: other\nDisallow: /\nsitemap:https://example.com/b.xml.gz";
    expect(parseRobots(text, "Ultravisor").sitemaps).toEqual([
      "https://example.com/a.xml",
      "https://example.com/b.xml.gz",
    ]);
  });

  test.each(["", "<!doctype html><title>Not found</title>", "\0\0\0", "Disallow"])(
    "that is none (%j) forbids nothing",
    (text) => {
      expect(allows(text, "/page")).toBe(true);
    },
  );
});
