import { describe, expect, test } from "vitest";
import { PageDocument } from "../../../../apps/server/browser/document/document.ts";

function page(html: string, facts: { url?: string; type?: string } = {}): PageDocument {
  const url = facts.url ?? "http://site.example/docs/index.html";
  return new PageDocument({
    url,
    status: 200,
    headers: {},
    type: facts.type ?? "text/html",
    html,
    tier: "http",
    tierReason: "",
    tierWhy: "no_scripts",
  });
}

describe("a document's text", () => {
  test.each([
    ["<p>one</p><p>two</p>", "one two"],
    ["<p>on<b>e</b>  t\n\two</p>", "one t wo"],
    ["one<br>two", "one two"],
    ["<table><tr><td>a</td><td>b</td></tr></table>", "a b"],
    ["<p>a&nbsp;&amp;&nbsp;b</p>", "a & b"],
    ["<script>no</script><style>no</style><template>no</template><noscript>no</noscript>yes", "yes"],
    ["<p hidden>no</p><p style='color: red; display:none'>no</p><dialog>no</dialog><dialog open>yes</dialog>", "yes"],
    ["<head><title>no</title></head><body>yes</body>", "yes"],
    [
      "<head><title>no</title><style>no</style><h1>a page</h1>that never closes its head",
      "a page that never closes its head",
    ],
    ["<my-card><template shadowrootmode=open>inside</template></my-card>", "inside"],
    ["<ul><li>a<li>b</ul>", "a b"],
    ["<frameset><frame src=a><noframes><p>no</p></noframes></frameset><noembed>no</noembed>yes", "yes"],
    ["<\0p\0>t\0wo<\0/\0p\0>", "two"],
  ])("of %s is %j", (html, text) => {
    expect(page(html).text).toBe(text);
  });

  test.each([1000, 1_000_000])("survives nesting %i levels deep", (depth) => {
    const text = page(`first ${"<div>".repeat(depth)}deep${"</div>".repeat(depth)}`).text;
    expect(text).toBe("first deep");
  });

  test("goes on behind thousands of elements that nobody closed", () => {
    const old = page(
      `${'<a name="x">note <font>'.repeat(9000)}<script>no</script><form><input name="q"></form><a href="end">last</a>`,
    );
    expect(old.text.slice(-9)).toBe("note last");
    expect(old.links()).toEqual(["http://site.example/docs/end"]);
    expect(old.forms[0]?.fields).toHaveLength(1);
  });

  test("of an answer that is no HTML is that answer, and it has no links", () => {
    const text = page('{"a": "<a href=x>"}', { type: "application/json" });
    expect(text.text).toBe('{"a": "<a href=x>"}');
    expect(text.links()).toEqual([]);
    expect(text.title).toBe("");
  });
});

describe("a document's title", () => {
  test.each([
    ["<title> Two\n words &amp; more </title>", "Two words & more"],
    ["<svg><title>drawing</title></svg><title>page</title>", "page"],
    ["<title>first</title><title>second</title>", "first"],
    ["<p>none</p>", ""],
  ])("in %s is %j", (html, title) => {
    expect(page(html).title).toBe(title);
  });
});

describe("a document's forms", () => {
  test("say where they go and what they send", () => {
    const { forms } = page(`
      <form action="/search?x=1" method="POST">
        <input name="q" value="tea"><input type="HIDDEN" name="token" value="t"><input value="nameless">
        <select name="sort"><option>name</option><option value="p" selected>price</option></select>
        <select name="size"><option value="s">small</option><option value="m">middle</option></select>
        <textarea name="note">two
lines</textarea><button name="go" value="1">Go</button>
      </form><input name="far" form="other"><form id="other"></form>`);
    expect(forms).toEqual([
      {
        action: "http://site.example/search?x=1",
        method: "post",
        fields: [
          { name: "q", type: "text", value: "tea" },
          { name: "token", type: "hidden", value: "t" },
          { name: "sort", type: "select", value: "p" },
          { name: "size", type: "select", value: "s" },
          { name: "note", type: "textarea", value: "two\nlines" },
          { name: "go", type: "submit", value: "1" },
        ],
      },
      {
        action: "http://site.example/docs/index.html",
        method: "get",
        fields: [{ name: "far", type: "text", value: "" }],
      },
    ]);
  });
});

describe("a document's select", () => {
  test("finds elements with their visible text and attributes", () => {
    const found = page('<ul><li class="a b" data-n="1">One <b>more</b></li><li>Two</li></ul>').select("li.a");
    expect(found).toEqual([{ text: "One more", attributes: { class: "a b", "data-n": "1" } }]);
  });

  test("gives the source of elements that show nothing themselves", () => {
    const html = '<script type="application/ld+json">{"name": "tea"}</script>';
    expect(page(html).select('script[type="application/ld+json"]')[0]?.text).toBe('{"name": "tea"}');
  });

  test("says which selector it could not read", () => {
    expect(() => page("<p>").select("p[")).toThrow('Expected a CSS selector, got "p["');
  });
});

describe("a document's canonical address", () => {
  test.each([
    ["<link rel=canonical href=/a#b>", "http://site.example/a"],
    ["<base href=/other/><link rel='alternate canonical' href=a>", "http://site.example/other/a"],
    ["<link rel=stylesheet href=/a><link rel=canonical>", null],
    ["<link rel=canonical href=javascript:x>", null],
  ])("of %s is %j", (html, canonical) => {
    expect(page(html).canonical).toBe(canonical);
  });
});

describe("a document sent as XHTML", () => {
  const html = `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><script src="a.js"/><title>Tea</title></head>
    <body><textarea/><p><![CDATA[1 < 2]]> <a href="more">more</a></p><div/></body></html>`;

  test("may end elements with their opening tags, and hold text that needs no escapes", () => {
    const tea = page(html, { type: "application/xhtml+xml" });
    expect([tea.title, tea.text, tea.links()]).toEqual(["Tea", "1 < 2 more", ["http://site.example/docs/more"]]);
  });

  test("is read as browsers read HTML when it is sent as that", () => {
    expect(page(html).links()).toEqual([]);
  });
});
