import { describe, expect, test } from "vitest";
import { pathPattern, type Structure, structureOf } from "../../../../apps/server/browser/auto/structure.ts";
import { PageDocument } from "../../../../apps/server/browser/document/document.ts";

function structure(html: string, path = "/articles/1"): Structure {
  const facts = {
    status: 200,
    headers: {},
    type: "text/html",
    tier: "http",
    tierReason: "",
    tierWhy: "no_scripts",
  } as const;
  return structureOf(new PageDocument({ ...facts, url: `https://site.example${path}`, html }));
}

const BUNDLE = '<script src="/bundle.js"></script>';

describe("the pattern of an address", () => {
  test.each([
    ["/", "/"],
    ["/about", "/*"],
    ["/index.html", "/*.html"],
    ["/products/4711", "/products/N"],
    ["/blog/news/2024/05/a-post/", "/blog/news/N/N/*/"],
    ["/docs/guide/deep/er/first.html", "/docs/guide/*/*/*.html"],
    ["/2024-05-01/12.html", "/N/N.html"],
    ["/user42/page", "/*/*"],
    ["/search?q=tea&page=2&q=milk", "/*?page&q"],
  ])("of %s is %s", (path, pattern) => {
    expect(pathPattern(new URL(path, "https://site.example"))).toBe(pattern);
  });
});

describe("two pages", () => {
  test.each([
    [
      "texts, links and numbers",
      "<h1>One</h1><p>1 <a href=/a>a</a></p>",
      "<h1>Two</h1><p>2</p><p>3 <a href=/b>b</a></p>",
    ],
    ["numbers in names", '<div id="post-17"></div>', '<div id="post-18"></div>'],
    ["hashes in names", '<div class="card css-1x8ab3f"></div>', '<div class="card css-9y7cd2e"></div>'],
    [
      "hashes in the names of scripts",
      '<script src="/a.3f9c2b1e.js?v=1"></script>',
      '<script src="/a.77ad01bc.js?v=2"></script>',
    ],
    [
      "data in their scripts",
      '<script>init({"id": 17, "name": "Tea"})</script>',
      '<script>init({"id": 4, "name": "Milk"})</script>',
    ],
    ["anchors", '<a id="one"></a><span id="two"></span>', '<a id="three"></a><span id="four"></span>'],
  ])("with other %s are of one template", (_name, one, other) => {
    expect(structure(one + BUNDLE).template).toBe(structure(other + BUNDLE, "/articles/2").template);
  });

  test.each([
    ["address", "<p>x</p>", "<p>x</p>", "/shop/1"],
    ["place for a list", "<p>x</p>", '<p>x</p><ul id="related"></ul>', "/articles/2"],
    ["place for a price", "<p>x</p>", '<p>x <span data-sku="1"></span></p>', "/articles/2"],
    ["place that says Loading", "<p>x</p>", '<p>x</p><div id="reviews">Loading…</div>', "/articles/2"],
    ["element of their own", "<p>x</p>", "<p>x</p><my-reviews></my-reviews>", "/articles/2"],
    ["behaviour", "<p>x</p>", "<p x-data='{}'>x</p>", "/articles/2"],
    ["layout", "<main><p>x</p></main>", "<main><article><p>x</p></article></main>", "/articles/2"],
  ])("of the same scripts with another %s are kin of another template", (_name, one, other, path) => {
    const [first, second] = [structure(one + BUNDLE), structure(other + BUNDLE, path)];
    expect(second.family).toBe(first.family);
    expect(second.template).not.toBe(first.template);
  });

  test("with other scripts are no kin", () => {
    expect(structure(`${BUNDLE}<script src="/shop.js"></script>`).family).not.toBe(structure(BUNDLE).family);
  });
});
