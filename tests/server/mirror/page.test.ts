import { describe, expect, test } from "vitest";
import { requisitesOfPage, requisitesOfStyle, rewritePage, rewriteSheet } from "../../../apps/server/mirror/page.ts";

const URL_OF_PAGE = "http://x.org/docs/page.html";
/** Everything of x.org is in the mirror, nothing else is. */
const locate = (url: string): string | null => (url.startsWith("http://x.org/") ? `M${new URL(url).pathname}` : null);

function rewrite(html: string, withoutScripts = false): string {
  const page = rewritePage({ html: `<head></head>${html}`, url: URL_OF_PAGE, locate, charset: null, withoutScripts });
  return page.replace(/^<head>(<meta[^>]*>){2}<\/head>/, "");
}

describe("a page of a mirror", () => {
  test.each([
    ['<a href="other.html#part">', '<a href="M/docs/other.html#part">'],
    ["<A HREF=/top>", '<A href="M/top">'],
    ['<a href="https://else.org/a?b&amp;c">', '<a href="https://else.org/a?b&amp;c">'],
    ['<a href="//else.org/x">', '<a href="http://else.org/x">'],
    ['<a href="#part">', '<a href="#part">'],
    ['<a href="mailto:a@x.org">', '<a href="mailto:a@x.org">'],
    ['<img src="https://else.org/a.png?b&amp;c">', '<img src="data:,#https://else.org/a.png?b&amp;c">'],
    ["<a href='javascript:go(1)'>", "<a href='javascript:go(1)'>"],
    [
      '<img src="a.png" srcset="a.png 1x, b,c.png 2x">',
      '<img src="M/docs/a.png" srcset="M/docs/a.png 1x, M/docs/b,c.png 2x">',
    ],
    ['<img src="data:image/gif;base64,AAAA">', '<img src="data:image/gif;base64,AAAA">'],
    [
      '<p style="color: red; background: url(a.png)">',
      '<p style="color: red; background: url(&quot;M/docs/a.png&quot;)">',
    ],
    [
      "<style>@import 'a.css'; /* url(x) */ b { src: url( a.woff ) }</style>",
      '<style>@import "M/docs/a.css"; /* url(x) */ b { src: url("M/docs/a.woff") }</style>',
    ],
    [
      '<meta http-equiv="refresh" content="5; URL=\'next.html\'">',
      '<meta http-equiv="refresh" content="5;url=M/docs/next.html">',
    ],
    ['<meta http-equiv="refresh" content="0;url=http://else.org/">', '<meta http-equiv="refresh" >'],
    ['<meta http-equiv="refresh" content="300">', '<meta http-equiv="refresh" content="300">'],
    ['<link rel="dns-prefetch" href="//cdn.org"><b>', "<b>"],
    ['<script src="a.js" integrity="sha256-x" crossorigin></script>', '<script src="M/docs/a.js"  ></script>'],
    ["<p>a < b & c &copy; <unknown-tag/>", "<p>a < b & c &copy; <unknown-tag/>"],
    [
      '<frameset><frame src=f><noframes><body>a<a href="x?a=1&amp;b#c">x</a></body></noframes></frameset><a href=y>',
      '<frameset><frame src="M/docs/f"><noframes><body>a<a href="M/docs/x#c">x</a></body></noframes></frameset><a href="M/docs/y">',
    ],
    ["<!-- <a href=x> --><textarea><a href=x></textarea>", "<!-- <a href=x> --><textarea><a href=x></textarea>"],
  ])("turns %s into %s", (before, after) => {
    expect(rewrite(before)).toBe(after);
  });

  test("reads addresses against its base, which it loses", () => {
    expect(rewrite('<base href="/other/" target="_top"><a href="a.html">')).toBe(
      '<base  target="_top"><a href="M/other/a.html">',
    );
  });

  test("is UTF-8 and asks nobody for anything, whatever it said before", () => {
    const before =
      '<!doctype html><html><head><meta charset="latin1"><meta http-equiv="Content-Security-Policy" content="default-src *"></head>';
    const after = rewritePage({ html: before, url: URL_OF_PAGE, locate, charset: null, withoutScripts: false });
    expect(after).toMatch(
      /^<!doctype html><html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'self' file:/,
    );
    expect(after).not.toMatch(/latin1|default-src \*/);
  });

  test("loses the scripts that built it already, and keeps their data", () => {
    const html = '<script>build("<p>")</script><script type="application/ld+json">{}</script><p>built</p>';
    expect(rewrite(html, true)).toBe('<script type="application/ld+json">{}</script><p>built</p>');
  });

  test("is read as quickly when it hides what it says to browsers without frames in itself, a hundred thousand times", () => {
    const deep = `${"<noframes>".repeat(100_000)}<a href=x>`;
    expect(rewrite(deep) === deep).toBe(true);
  });

  test("needs styles, pictures, scripts, fonts and frames, and not what it links to", () => {
    const html = `<link rel="stylesheet" href="s.css"><link rel="canonical" href="c"><link rel="icon" href="i.ico"><style>@font-face { src: url(f.woff2) }</style>
      <img src="1.png" srcset="2.png 2x"><script src="a.js"></script><iframe src="f.html"></iframe><video poster="p.jpg"><source src="v.mp4"></video>
      <svg><use href="s.svg#x"/></svg><a href="page2.html">next</a><form action="post">`;
    const names = requisitesOfPage(html, URL_OF_PAGE).map((url) => url.replace("http://x.org/docs/", ""));
    expect(names).toEqual(["s.css", "i.ico", "f.woff2", "1.png", "2.png", "a.js", "f.html", "p.jpg", "v.mp4", "s.svg"]);
  });
});

describe("a style sheet of a mirror", () => {
  test("keeps everything but its addresses", () => {
    const css = `@charset "latin1"; @import url(a.css) screen; a::after { content: "url(x)"; background: URL('b\\29 .png'), url(data:image/png;base64,AA) }`;
    expect(rewriteSheet(css, "http://x.org/s/main.css", locate)).toBe(
      ` @import url("M/s/a.css") screen; a::after { content: "url(x)"; background: url("M/s/b).png"), url(data:image/png;base64,AA) }`,
    );
    expect(requisitesOfStyle(css, "http://x.org/s/main.css")).toEqual([
      "http://x.org/s/a.css",
      "http://x.org/s/b).png",
    ]);
  });
});

test("Links of a page in an older encoding are found by the query that it was asked with", () => {
  const asked: string[] = [];
  const locate = (url: string) => {
    asked.push(url);
    return null;
  };
  const html = '<a href="?日本"></a>';
  const copy = rewritePage({ html, url: "http://a.example/wiki", locate, charset: "euc-jp", withoutScripts: false });
  expect(asked).toEqual(["http://a.example/wiki?%C6%FC%CB%DC"]);
  expect(copy).toContain('href="http://a.example/wiki?%C6%FC%CB%DC"');
});
