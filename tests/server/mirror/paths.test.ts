import { describe, expect, test } from "vitest";
import { mapPaths, relativeLink } from "../../../apps/server/mirror/paths.ts";

const html = (url: string): { url: string; type: string } => ({ url, type: "text/html" });
const pathsOf = (...items: { url: string; type: string }[]): string[] => [...mapPaths(items).values()];

describe("the place of an address in a mirror", () => {
  test.each([
    ["http://x.org/", "text/html", "x.org/index.html"],
    ["http://x.org/docs/", "text/html", "x.org/docs/index.html"],
    ["http://x.org:8080/a", "text/html", "x.org+8080/a.html"],
    ["http://x.org/a.html", "text/html", "x.org/a.html"],
    ["http://x.org/a.htm", "text/html", "x.org/a.htm"],
    ["http://x.org/view.php?id=7&s=a", "text/html", "x.org/view.php@id=7&s=a.html"],
    ["http://x.org/style.css?v=2", "text/css", "x.org/style@v=2.css"],
    ["http://x.org/style", "text/css", "x.org/style.css"],
    ["http://x.org/logo.png", "image/png", "x.org/logo.png"],
    ["http://x.org/download", "application/octet-stream", "x.org/download"],
    ["http://x.org/caf%C3%A9/%E6%97%A5", "text/html", "x.org/café/日.html"],
    ["http://x.org/a%2Fb", "text/html", "x.org/a_b.html"],
    ["http://x.org/a:b*c", "text/html", "x.org/a_b_c.html"],
    ["http://x.org/con/aux.html", "text/html", "x.org/_con/_aux.html"],
    ["http://x.org/.well-known/x.", "text/html", "x.org/_well-known/x_.html"],
    ["http://[::1]:80/", "text/html", "__1/index.html"],
  ])("of %s (%s) is %s", (url, type, path) => {
    expect(pathsOf({ url, type })).toEqual([path]);
  });

  test("is another one for every address, also where case does not count", () => {
    const urls = ["/a", "/A", "/a.html", "/a?x", "/a@x", "/a/b", "/a/B", "/%61%2f", "/a_"].map((path) =>
      html(`http://x.org${path}`),
    );
    const paths = pathsOf(...urls);
    expect(new Set(paths.map((path) => path.toLowerCase())).size).toBe(urls.length);
    expect(pathsOf(...urls)).toEqual(paths);
  });

  test("is a folder for what lies below it, though it is a file itself", () => {
    const [file = "", below = ""] = pathsOf(
      { url: "http://x.org/get", type: "application/octet-stream" },
      { url: "http://x.org/get/it.zip", type: "application/zip" },
    );
    expect(below).toBe("x.org/get/it.zip");
    expect(file).toMatch(/^x\.org\/get~[0-9a-f]{10}$/);
  });

  test("has no name that is too long for a file system", () => {
    const [path = ""] = pathsOf(html(`http://x.org/${"ü".repeat(300)}/${"n".repeat(400)}.html?${"q".repeat(2000)}`));
    expect(Math.max(...path.split("/").map((part) => Buffer.byteLength(part)))).toBeLessThanOrEqual(120);
    expect(path.endsWith(".html")).toBe(true);
  });
});

test.each([
  ["x/a.html", "x/b.html", "b.html"],
  ["x/a/b.html", "x/c/d e#.html", "../c/d%20e%23.html"],
  ["x/a.html", "y/q@a=1.png", "../y/q@a=1.png"],
  ["x/a/b/c.html", "x/d.html", "../../d.html"],
])("The link from %s to %s is %s", (from, to, link) => {
  expect(relativeLink(from, to)).toBe(link);
});
