import { describe, expect, test } from "vitest";
import type { LinkOptions } from "../../../../apps/sdk/context.ts";
import { PageDocument } from "../../../../apps/server/browser/document/document.ts";

const URL_OF_PAGE = "http://shop.site.co.uk:8080/docs/index.html?x=1";

function links(html: string, options: LinkOptions = {}, url = URL_OF_PAGE): string[] {
  return new PageDocument({
    url,
    status: 200,
    headers: {},
    type: "text/html",
    html,
    tier: "http",
    tierReason: "",
    tierWhy: "no_scripts",
  }).links(options);
}

function anchors(...hrefs: string[]): string {
  return hrefs.map((href) => `<a href="${href}">x</a>`).join("");
}

describe("a document's links", () => {
  test.each([
    ["a.html", "http://shop.site.co.uk:8080/docs/a.html"],
    ["/a", "http://shop.site.co.uk:8080/a"],
    ["?y=2", "http://shop.site.co.uk:8080/docs/index.html?y=2"],
    ["//other.com/a", "http://other.com/a"],
    [" HTTPS://Other.COM/%7Ea b ", "https://other.com/%7Ea%20b"],
    ["a.html#part", "http://shop.site.co.uk:8080/docs/a.html"],
    ["#part", "http://shop.site.co.uk:8080/docs/index.html?x=1"],
    ["a&amp;b?c=1&amp;d=2", "http://shop.site.co.uk:8080/docs/a&b?c=1&d=2"],
  ])("resolve %j to %s", (href, absolute) => {
    expect(links(anchors(href))).toEqual([absolute]);
  });

  test.each([
    "javascript:void(0)",
    "mailto:a@b.c",
    "tel:1",
    "data:text/html,x",
    "file:///etc/passwd",
    "http://[bad",
    "http://user:pw@host/",
  ])("leave out %j", (href) => {
    expect(links(anchors(href))).toEqual([]);
  });

  test("come once each, in order, from anchors, areas and frames", () => {
    const html = `${anchors("b")}<map><area href="a"></map><iframe src="c"></iframe><frame src="d">${anchors("b#x", "a")}<link href="e"><img src="f">`;
    expect(links(html).map((href) => href.slice(-1))).toEqual(["b", "a", "c", "d"]);
  });

  test("come from drawings, from frames that hold their page themselves, and from pages shown as objects", () => {
    const html = `<svg><a xlink:href="old"><text>x</text></a><a href="new"/></svg><iframe srcdoc="<a href='within'>x</a>"></iframe>
      <object data="page.html?x"></object><embed type="text/html" src="/made"><object data="film.mp4"></object>
      <meta http-equiv="refresh" content="10; url=later">`;
    expect(links(html).map((href) => href.replace(/.*\//, ""))).toEqual([
      "old",
      "new",
      "within",
      "page.html?x",
      "made",
      "later",
    ]);
  });

  test("come from what is written for browsers without frames", () => {
    const html = `<frameset><frame src="a"><noframes><body><p>No frames? ${anchors("b", "a")}</p></body></noframes></frameset>${anchors("c")}`;
    expect(links(html).map((href) => href.replace(/.*\//, ""))).toEqual(["a", "b", "c"]);
    expect(links(`${"<noframes>".repeat(100_000)}${anchors("a")}`)).toHaveLength(1);
    expect(links(`<noscript><noframes>${anchors("a")}</noframes></noscript>${anchors("b")}`)).toHaveLength(1);
  });

  test("end with the pages before and after, where only the head names them", () => {
    const head = `<link rel="Next" href="3"><link rel="prev previous" href="1"><link rel="stylesheet" href="s"><link rel="next" href="/other">
      <link rel="next" type="application/json" href="j"><link rel="prefetch" href="p"><link rel="next" href="http://x.example/4"><link rel=next>`;
    const names = (body: string) => links(head + body, { scope: "same-host" }).map((href) => href.replace(/.*\//, ""));
    expect(names(anchors("a", "b"))).toEqual(["a", "b", "3", "1", "other"]);
    expect(names(anchors("3", "b"))).toEqual(["3", "b", "1", "other"]);
  });

  test("have queries in the encoding of their page, as browsers send them", () => {
    const link = (charset: string, query: string) =>
      links(`<meta charset="${charset}">${anchors(`/é?${query}#ü`)}`)[0]?.replace("http://shop.site.co.uk:8080", "");
    expect(link("iso-8859-1", "q=café€")).toBe("/%C3%A9?q=caf%E9%80");
    expect(link("koi8-r", "мир")).toBe("/%C3%A9?%CD%C9%D2");
    expect(link("euc-jp", "日本")).toBe("/%C3%A9?%C6%FC%CB%DC");
    expect(link("shift_jis", "表")).toBe("/%C3%A9?%95%5C");
    expect(link("gbk", "中文")).toBe("/%C3%A9?%D6%D0%CE%C4");
    expect(link("windows-1252", "中")).toBe("/%C3%A9?%26%2320013%3B");
    expect(link("utf-8", "é")).toBe("/%C3%A9?%C3%A9");
  });

  test("are relative to the first base that has an address", () => {
    const html = `<base target="_blank"><base href="/other/"><base href="/third/">${anchors("a")}`;
    expect(links(html)).toEqual(["http://shop.site.co.uk:8080/other/a"]);
    expect(links(`<base href="javascript:x">${anchors("a")}`)).toEqual(["http://shop.site.co.uk:8080/docs/a"]);
  });

  test("inside of templates and noscript do not count, inside of declared shadow roots they do", () => {
    expect(links(`<template>${anchors("a")}</template><noscript>${anchors("b")}</noscript>`)).toEqual([]);
    expect(links(`<x-y><template shadowrootmode="open">${anchors("a")}</template></x-y>`)).toHaveLength(1);
  });
});

describe("links to files", () => {
  const html = `${anchors("page", "page.html", "v1.2/", "a.pdf", "b.ZIP?v=1", "c.tar.gz", "d.php", "e.png", "f.xyz")}<a href="/get?id=1" download="g.csv">`;
  const names = (options: LinkOptions): string[] =>
    links(html, options).map((href) => href.split("/").slice(-1)[0] || "v1.2/");

  test("are left out of the links to pages", () => {
    expect(names({})).toEqual(["page", "page.html", "v1.2/", "d.php", "f.xyz"]);
  });

  test.each<[boolean | string, string[]]>([
    [true, ["a.pdf", "b.ZIP?v=1", "c.tar.gz", "e.png", "get?id=1"]],
    ["pdf", ["a.pdf"]],
    ["pdf,zip", ["a.pdf", "b.ZIP?v=1"]],
    [" .PDF, *.csv ", ["a.pdf", "get?id=1"]],
    ["tar.gz", ["c.tar.gz"]],
    ["xyz html", ["page.html", "f.xyz"]],
    ["", []],
  ])("with files %j are %j", (files, expected) => {
    expect(names({ files })).toEqual(expected);
  });
});

test("Links to what may be a page or a file are given as both, unless a click saves them", () => {
  const html = `${anchors("/wiki/Node.js", "/wiki/File:Tea.jpg", "/setup.sh", "/tea.jpg")}<a href="/saved.js" download>`;
  const names = (options: LinkOptions) => links(html, options).map((href) => href.replace(/.*\//, ""));
  expect(names({})).toEqual(["Node.js", "File:Tea.jpg", "setup.sh"]);
  expect(names({ files: true })).toEqual(["Node.js", "File:Tea.jpg", "setup.sh", "tea.jpg", "saved.js"]);
  expect(names({ files: "js" })).toEqual(["Node.js", "saved.js"]);
});

describe("the scope of links", () => {
  const html = anchors(
    "/a",
    "http://shop.site.co.uk/b",
    "https://shop.site.co.uk:8080/c",
    "http://www.site.co.uk/d",
    "http://other.co.uk/e",
  );
  const paths = (options: LinkOptions): string =>
    links(html, options)
      .map((href) => href.slice(-1))
      .join("");

  test.each<[NonNullable<LinkOptions["scope"]>, string]>([
    ["any", "abcde"],
    ["same-host", "ac"],
    ["same-origin", "a"],
    ["same-domain", "abcd"],
  ])("%s keeps %s", (scope, expected) => {
    expect(paths({ scope })).toBe(expected);
  });

  test("same-domain keeps to the very host where there is no domain, and to one owner below a shared one", () => {
    const own = (url: string): string[] =>
      links(anchors("http://127.0.0.1/a", "http://10.0.0.1/b", "http://x.github.io/c"), { scope: "same-domain" }, url);
    expect(own("http://127.0.0.1:99/")).toEqual(["http://127.0.0.1/a"]);
    expect(own("http://y.github.io/")).toEqual([]);
  });

  test.each(["same-host", "same-origin", "same-domain"] as const)(
    "%s does not mind the dot that ends a full name",
    (scope) => {
      expect(links(anchors("http://site.example./a"), { scope }, "http://site.example/")).toHaveLength(1);
    },
  );

  test("of another name is refused", () => {
    expect(() => paths({ scope: "same-planet" as "any" })).toThrow('got "same-planet"');
  });
});

describe("include and exclude", () => {
  const html = anchors("http://h/docs/a", "http://h/docs/b/c", "http://h/blog/d?p=1", "http://h/docs/e.f");
  const ends = (options: LinkOptions): string =>
    links(html, options)
      .map((href) => href.replace(/\W*\w=1|^.*\//g, "").slice(-1))
      .join("");

  test.each<[LinkOptions, string]>([
    [{ include: "http://h/docs/*" }, "af"],
    [{ include: "http://h/docs/**" }, "acf"],
    [{ include: "**/blog/**" }, "d"],
    [{ include: "http://h/blog/d?p=1" }, "d"],
    [{ include: "http://h/docs/e*f" }, "f"],
    [{ include: "http://h/docs/eXf" }, ""],
    [{ include: "docs" }, ""],
    [{ include: /docs/ }, "acf"],
    [{ include: [/blog/g, "**/a"] }, "ad"],
    [{ exclude: /docs/g }, "d"],
    [{ include: /docs/, exclude: ["**/b/*"] }, "af"],
    [{ include: [] }, "acdf"],
    [{ include: "http://h/**/a" }, "a"],
    [{ include: "http://h/docs/**/*" }, "acf"],
    [{ include: "http://h/docs/**/a" }, "a"],
    [{ include: "http://h/**/docs/**/c" }, "c"],
    [{ include: "http{,s}://h/{blog,docs/b}/*" }, "cd"],
    [{ include: "?(http|ftp)://h/@(docs|x)/*" }, "af"],
    [{ include: "http://h/blog/d?p=*" }, "d"],
  ])("%j keep %j", (options, expected) => {
    const kept = ends(options);
    expect(kept).toBe(expected);
  });
});

describe("what a page shows", () => {
  const SHOWN = `<img src="a.png" srcset="b.png 1x, c.png 2x,d.png 3x"><picture><source srcset="e.webp, f.webp 800w"></picture>
    <video src="g.mp4" poster="h.jpg"></video><object data="i.pdf"></object><img srcset="data:image/png;base64,AA== 1x, k,l.png 2x">
    <a href="page">page</a><a href="big.jpg">big</a>`;
  const names = (options: LinkOptions) => links(SHOWN, options).map((href) => href.split("/").at(-1));

  test("counts as files where the extension is named", () => {
    expect(names({ files: "png,webp,mp4" })).toEqual([
      "a.png",
      "b.png",
      "c.png",
      "d.png",
      "e.webp",
      "f.webp",
      "g.mp4",
      "k,l.png",
    ]);
  });

  test("is no page, and no file that a page links to", () => {
    expect(names({})).toEqual(["page"]);
    expect(names({ files: true })).toEqual(["big.jpg"]);
  });

  test("is a link where it can be clicked, too", () => {
    expect(links('<a href="a.jpg"><img src="a.jpg"></a>', { files: true })).toHaveLength(1);
  });
});

describe("links that a page asks not to follow", () => {
  const HTML = '<a href="a" rel="nofollow">a</a><a href="b" rel="noopener NOFOLLOW">b</a><a href="c" rel="next">c</a>';
  const names = (html: string, options: LinkOptions) => links(html, options).map((href) => href.split("/").at(-1));

  test("are left out where the task says so", () => {
    expect(names(HTML, {})).toEqual(["a", "b", "c"]);
    expect(names(HTML, { nofollow: false })).toEqual(["c"]);
    expect(names(`${HTML}<a href="a">again</a>`, { nofollow: false })).toEqual(["a", "c"]);
  });

  test.each(["nofollow", "noindex, nofollow", "NONE"])("are all of them when its robots meta says %s", (content) => {
    expect(names(`<meta name="Robots" content="${content}">${HTML}`, { nofollow: false })).toEqual([]);
    expect(names(`<meta name="robots" content="${content}">${HTML}`, {})).toHaveLength(3);
  });
});
