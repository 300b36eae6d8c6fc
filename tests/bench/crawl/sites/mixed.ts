/**
 * A site as most are: static pages, articles that scripts only decorate, guides that the server renders and React brings to life,
 * and products whose price and related pages come by script. Some pages are linked to by scripts alone.
 */
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { bundle } from "./bundle.ts";
import { Guide } from "./mixed/guide.ts";
import { type Answer, type BenchSite, html, json, range, words } from "./site.ts";

const COUNT = { notes: 60, articles: 120, guides: 60, products: 60, offers: 60 };
/** Offers that a product's script links to. */
const RELATED = 4;

export async function mixedSite(): Promise<BenchSite> {
  const answers = await bundle({ site: "mixed/decorate.ts", guide: "mixed/hydrate.ts" });
  const expected = new Map<string, number>();
  const add = (
    path: string,
    links: readonly string[],
    body: string,
    scripts: readonly string[],
    byScript = 0,
  ): void => {
    answers.set(path, page(path, links, body, scripts));
    expected.set(path, new Set(links).size + byScript);
  };
  const folders = ["notes", "articles", "guides", "products"] as const;
  add(
    "/",
    folders.map((folder) => `/${folder}/`),
    `<p>${words(0, 10)}</p>`,
    [],
  );
  for (const folder of folders) {
    const links = range(COUNT[folder]).map((n) => `/${folder}/${n}`);
    add(`/${folder}/`, ["/", ...links], `<p>${words(1, 5)}</p>`, ["site"]);
  }
  for (const n of range(COUNT.notes)) add(`/notes/${n}`, ["/", "/notes/"], `<p>${words(n, 10)}</p>`, []);
  for (const n of range(COUNT.articles)) {
    const next = `/articles/${(n + 1) % COUNT.articles}`;
    add(
      `/articles/${n}`,
      ["/", "/articles/", next],
      `<h2 id="more">More</h2><p>${words(n, 20)}</p><pre>let n = ${n};</pre>`,
      ["site"],
    );
  }
  for (const n of range(COUNT.guides)) add(`/guides/${n}`, ["/", "/guides/"], guide(n), ["site", "guide"]);
  for (const n of range(COUNT.products)) {
    const body = `<p>${words(n, 10)}</p><p>Price: <b class="price" data-sku="${n}"></b></p><ul id="related"></ul>`;
    add(`/products/${n}`, ["/", "/products/"], body, ["site"], RELATED);
    const related = range(RELATED).map((at) => (n * 3 + at * 17) % COUNT.offers);
    answers.set(`/api/products/${n}.json`, json({ price: `€ ${n}.50`, related: related.map((id) => `/offers/${id}`) }));
  }
  for (const n of range(COUNT.offers)) add(`/offers/${n}`, ["/"], `<p>${words(n, 10)}</p>`, []);
  return { start: "/", answers, fallback: null, expected };
}

function guide(n: number): string {
  const text = words(n, 10);
  return `<div id="guide" data-number="${n}" data-text="${text}">${renderToString(createElement(Guide, { number: n, text }))}</div>`;
}

function page(path: string, links: readonly string[], body: string, scripts: readonly string[]): Answer {
  const nav = links.map((link) => `<li><a href="${link}">${link}</a></li>`).join("");
  const tags = scripts.map((name) => `<script type="module" src="/assets/${name}.js"></script>`).join("");
  return html(
    `<!doctype html><html lang="en"><head><title>Page ${path}</title></head><body><nav><ul>${nav}</ul></nav><main><h1>${path}</h1>${body}</main>${tags}</body></html>`,
  );
}
