import { describe, expect, test } from "vitest";
import { disagreement, SCRIPTS_AT_WORK, TWO_LOADS } from "../../../../apps/server/browser/auto/agreement.ts";
import { contentOf } from "../../../../apps/server/browser/auto/content.ts";
import { PageDocument } from "../../../../apps/server/browser/document/document.ts";

const ARTICLE = `<title>Tea</title><article><h1>Tea</h1><p>Of leaves and water, in this order.</p><h2>Kinds</h2>
<ul><li>Green <a href="/green">green</a></li><li>Black <a href="/black?a=1&b=2">black</a></li></ul></article>`;

function content(html: string, url = "https://site.example/tea") {
  const facts = {
    status: 200,
    headers: {},
    type: "text/html",
    tier: "http",
    tierReason: "",
    tierWhy: "no_scripts",
  } as const;
  return contentOf(new PageDocument({ ...facts, url, html }));
}

const scriptsAdd = (html: string, url?: string) =>
  disagreement(content(ARTICLE), content(ARTICLE + html, url), SCRIPTS_AT_WORK);

describe("scripts that only decorate", () => {
  test.each([
    [
      "a table of contents",
      '<nav><ul><li><a href="#kinds">Kinds</a></li><li><a href="/tea#tea">Tea</a></li></ul></nav>',
    ],
    ["a search box", '<form action="/search"><label>Search all pages for any words <input name="q"></label></form>'],
    [
      "buttons",
      "<button>Copy this code to the clipboard as it stands</button><button>Dark mode or light mode</button>",
    ],
    [
      "a banner about cookies",
      '<div id="cookie-banner">We and our many partners would like to know what you like</div>',
    ],
    ["a dialog", '<div role="dialog">Subscribe to hear from us every week about all that is new here</div>'],
    ["the time", "<small>Sunday, November 22, 2026 at 12:46:29 PM UTC</small><small>three days ago</small>"],
    ["counters", "<small>1,204 readers, 17 comments</small>"],
    ["line numbers", Array.from({ length: 50 }, (_, at) => `<i>${at + 1}</i> `).join("")],
    ["links that share the page", '<a href="https://social.example/?u=https%3A%2F%2Fsite.example%2Ftea">Share</a>'],
    ["an advertisement in a frame", '<iframe src="https://ads.example/slot?id=7"></iframe>'],
    ["a number for the visit in a link", '<a href="/green?sid=4711&utm_source=x">green</a>'],
    ["the same links once more", '<a href="/black?b=2&a=1">Black tea</a>'],
    ["hidden fields", '<form method="post"><input type="hidden" name="nonce" value="1"><button>Go</button></form>'],
    ["typeset formulas", '<span class="katex">alpha beta gamma delta epsilon zeta eta theta iota kappa</span>'],
  ])("agree with the page as it came: %s", (_name, html) => {
    expect(scriptsAdd(html)).toBeNull();
  });

  test("agree though they fold chapters away", () => {
    const folded = ARTICLE.replace("<ul>", '<ul style="display: none">');
    expect(disagreement(content(ARTICLE), content(folded), SCRIPTS_AT_WORK)).toBeNull();
  });
});

describe("scripts that add to a page", () => {
  test.each([
    ["a link", '<a href="/white">White</a>', "add 1 link, such as https://site.example/white"],
    ["a link to a file", '<a href="/files/tea.pdf">All</a>', "add 1 link, such as https://site.example/files/tea.pdf"],
    [
      "a link to another site",
      '<a href="https://other.example/">Other</a>',
      "add 1 link, such as https://other.example/",
    ],
    ["a frame of the same site", '<iframe src="/prices"></iframe>', "add 1 link, such as https://site.example/prices"],
    ["a price", "<p>€ 12.50</p>", "add 1 value, such as €12.50"],
    ["a price behind its number", "<p>1,299.00 USD</p>", "add 1 value, such as 1,299.00USD"],
    ["what is in stock", '<p class="product-stock">Few left</p>', "add 1 value, such as Few left"],
    ["a list", "<ul><li>Item 1</li><li>Item 2</li><li>Item 3</li></ul>", "add a list of 3 items"],
    [
      "a table",
      "<table><tr><td>First flush</td><tr><td>Second flush</td><tr><td>Third flush</td></table>",
      "add a list of 3 items",
    ],
    ["a form", '<form method="post"><input name="email"></form>', "add a form (post, text email)"],
    [
      "a chapter",
      "<p>White tea is made of young leaves that hardly wither and are dried soon.</p>",
      "add 10 words, such as white, is, made",
    ],
    ["figures", "<p>10.1 11.2 12.3 13.4 14.5 15.6 16.7 17.8 18.9</p>", "add 9 numbers, such as 10.1, 11.2, 12.3"],
    ["a chapter in Chinese", "<p>白茶是用嫩叶制成的茶叶</p>", "add 9 words, such as 白, 茶, 是"],
  ])("disagree with it: %s", (_name, html, what) => {
    expect(scriptsAdd(html)).toBe(what);
  });

  test("disagree with it when they change the title or lead elsewhere", () => {
    const retitled = content(ARTICLE.replace("<title>Tea", "<title>Coffee"));
    expect(disagreement(content(ARTICLE), retitled, SCRIPTS_AT_WORK)).toBe("change the title (coffee)");
    expect(scriptsAdd("", "https://site.example/start")).toBe("lead to https://site.example/start");
  });
});

describe("two loads of a page", () => {
  const served = (html: string) => disagreement(content(ARTICLE), content(ARTICLE + html), TWO_LOADS);

  test("agree though teasers and prices change", () => {
    expect(served('<a href="/offers/1">Today</a> € 3.20 <a href="/offers/2">only</a>')).toBeNull();
  });

  test("disagree when a browser is sent another page", () => {
    const links = Array.from({ length: 10 }, (_, at) => `<a href="/all/${at}">${at}</a>`).join("");
    expect(served(links)).toContain("add 10 links");
  });
});
