import { describe, expect, test } from "vitest";
import { type RenderFacts, renderFacts, renderRule } from "../../../../apps/server/browser/auto/render-rule.ts";
import { PageDocument } from "../../../../apps/server/browser/document/document.ts";

function factsOf(html: string): RenderFacts {
  const facts = { url: "http://site.example/", status: 200, headers: {}, type: "text/html", html };
  return renderFacts(new PageDocument({ ...facts, tier: "http", tierReason: "", tierWhy: "no_scripts" }));
}

const ARTICLE = `<p>${"An article says what it has to say. ".repeat(10)}</p><a href="/next">next</a>`;
const BUNDLE = '<script src="/bundle.js"></script>';

describe("renderRule", () => {
  test.each([
    ["a React shell", `<div id="root"></div>${BUNDLE}`],
    ["a Vue shell that says Loading", `<div id="app"><p>Loading…</p></div>${BUNDLE}`],
    ["an Angular shell", `<app-root></app-root><script type="module" src="main.js"></script>`],
    ["an AngularJS page", `<div ng-app="shop"></div>${BUNDLE}`],
    ["an empty root between a header and a footer of its own", `${ARTICLE}<main id="root"></main>${BUNDLE}`],
    [
      "a page that asks for JavaScript",
      `<noscript>Please enable JavaScript.</noscript><p>Welcome</p><a href="/">x</a>${BUNDLE}`,
    ],
    ["a page of nothing but a script", "<body><script>render()</script></body>"],
    ["a page of nothing but a module", '<body><script type="module">render()</script></body>'],
  ])("sends %s to the browser", (_name, html) => {
    const decision = renderRule(factsOf(html));
    expect(decision).toMatchObject({ tier: "browser" });
    expect(decision.reason).not.toBe("");
  });

  test.each([
    ["an article without scripts", ARTICLE],
    ["an empty page", ""],
    ["an empty root that no script fills", '<div id="root"></div>'],
    ["a short page whose scripts only hold data", '<p>Hi</p><script type="application/ld+json">{}</script>'],
    [
      "a short page that is only measured",
      '<p>Hi</p><script src="https://www.googletagmanager.com/gtag/js?id=1"></script>',
    ],
  ])("keeps %s in HTTP", (_name, html) => {
    expect(renderRule(factsOf(html))).toMatchObject({ tier: "http" });
  });

  test.each([
    ["an article with scripts", ARTICLE + BUNDLE],
    ["an article that runs something as it loads", `<body onload="render()">${ARTICLE}</body>`],
    [
      "an article that also mentions JavaScript in noscript",
      `<noscript>Enable JavaScript to comment.</noscript>${ARTICLE}${BUNDLE}`,
    ],
    ["a rendered root", `<div id="root">${ARTICLE}</div>${BUNDLE}`],
    ["a rendered root that holds few words but links", `<div id="root"><a href="/a">A</a></div>${BUNDLE}`],
    ["a short index of links with a script for counting", `<a href="/a">A</a><a href="/b">B</a>${BUNDLE}`],
  ])("is unsure about %s", (_name, html) => {
    expect(renderRule(factsOf(html))).toMatchObject({ tier: "unsure" });
  });

  test("names the element that is empty", () => {
    expect(renderRule(factsOf(`<main id="app"></main>${BUNDLE}`)).reason).toBe(
      'its <main id="app"> is empty until scripts fill it',
    );
  });
});
