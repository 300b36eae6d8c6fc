/** A React application that renders every page in the browser from data it fetches: one HTML file, links made by JavaScript, client routing. */
import { bundle } from "./bundle.ts";
import { type BenchSite, html, json, range, words } from "./site.ts";

const SECTIONS = 20;
const ITEMS = 15;
const SHELL = html(
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title></head><body><div id="root"></div><script type="module" src="/assets/app.js"></script></body></html>`,
);

export async function renderedSite(): Promise<BenchSite> {
  const answers = await bundle({ app: "rendered/app.ts" });
  const expected = new Map([["/", SECTIONS]]);
  answers.set("/api/sections.json", json(range(SECTIONS).map((id) => ({ id, name: `Section ${id}` }))));
  for (const id of range(SECTIONS)) {
    const items = range(ITEMS).map((at) => id * ITEMS + at);
    answers.set(`/api/section/${id}.json`, json({ id, items }));
    expected.set(`/section/${id}`, ITEMS + 1);
  }
  const count = SECTIONS * ITEMS;
  for (const id of range(count)) {
    const next = (id + 1) % count;
    answers.set(`/api/item/${id}.json`, json({ id, next, section: Math.floor(id / ITEMS), text: words(id, 20) }));
    expected.set(`/item/${id}`, 3);
  }
  return { start: "/", answers, fallback: SHELL, expected };
}
