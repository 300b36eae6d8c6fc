/** A static documentation site made from a number: the same pages on every machine, with or without scripts that decorate them. */
import { type Answer, type BenchSite, html } from "./site.ts";

/** Heading anchors, buttons that copy, a search box, a switch for the colours and the time: what documentation usually does. */
const DECORATION = `const add = (to, name, rest) => to.appendChild(Object.assign(document.createElement(name), rest));
for (const p of document.querySelectorAll("p[id]")) add(p, "a", { href: "#" + p.id, textContent: "¶" });
const bar = add(document.body, "form", { action: "/search" });
bar.role = "search";
add(bar, "input", { type: "search", name: "q" });
add(document.body, "button", { textContent: "Dark mode" });
add(document.body, "small", { textContent: "Seen at " + new Date().toISOString() });
(window.dataLayer ??= []).push({ page: location.pathname });`;

export function staticSite(pages: number, isDecorated: boolean): BenchSite {
  const answers = new Map<string, Answer>();
  const expected = new Map<string, number>();
  for (let n = 0; n < pages; n++) {
    const links = linksOf(n, pages);
    answers.set(`/p${n}.html`, html(page(n, links, isDecorated ? '<script src="/site.js"></script>' : "")));
    expected.set(`/p${n}.html`, new Set(links.filter((at) => at !== n)).size);
  }
  if (isDecorated) answers.set("/site.js", { type: "text/javascript", body: Buffer.from(DECORATION) });
  return { start: "/p0.html", answers, fallback: null, expected };
}

/** Each page links to its neighbours and some far ones, as documentation does. */
function linksOf(n: number, pages: number): number[] {
  const near = [n - 1, n + 1, n + 2].filter((at) => at >= 0 && at < pages);
  const far = Array.from({ length: 20 }, (_, i) => (n * 7 + i * i * 31 + 1) % pages);
  return [...near, ...far];
}

/** About 8 kB. */
function page(n: number, linked: readonly number[], scripts: string): string {
  const links = linked.map((at) => `<li><a href="/p${at}.html">Section ${at}</a></li>`).join("\n");
  const paragraphs = Array.from(
    { length: 12 },
    (_, i) =>
      `<p id="s${i}">Paragraph ${i} of page ${n}. ${"The quick brown fox jumps over the lazy dog. ".repeat(10)}</p>`,
  ).join("\n");
  return `<!doctype html><html lang="en"><head><title>Page ${n}</title><link rel="canonical" href="/p${n}.html"></head><body><h1>Page ${n}</h1><nav><ul>${links}</ul></nav>${paragraphs}${scripts}</body></html>`;
}
