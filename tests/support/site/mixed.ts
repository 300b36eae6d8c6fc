/**
 * A site as many are: one bundle of scripts on every page, which only decorates articles, brings pages to life that the server
 * rendered whole, and adds prices, lists, links and forms to others. Some pages are linked to by scripts alone.
 */
import type { Routes } from "../site.ts";

const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1);
const paths = (folder: string, count: number): string[] => numbers(count).map((n) => `/mixed/${folder}/${n}`);

const ARTICLES = paths("articles", 12);
const HYDRATED = paths("hydrated", 6);
const SHOP = paths("shop", 6);
const LISTS = paths("lists", 6);
/** What only scripts link to; it has no scripts itself. */
const HIDDEN = paths("hidden", 6);
const CONTACT = "/mixed/contact";

export const MIXED = {
  start: "/mixed/",
  pages: ["/mixed/", ...ARTICLES, ...HYDRATED, ...SHOP, ...LISTS, ...HIDDEN, CONTACT],
  /** Where scripts add nothing that counts. */
  decorated: [...ARTICLES, ...HYDRATED],
  /** Where they do. */
  built: [...SHOP, ...LISTS, CONTACT],
} as const;

/** Everything on this site is done by one file, as bundlers make it. */
const BUNDLE = `
const add = (parent, name, properties = {}) => parent.appendChild(Object.assign(document.createElement(name), properties));
const article = document.querySelector("article");
for (const heading of document.querySelectorAll("h2[id]")) add(heading, "a", { href: "#" + heading.id, textContent: "¶" });
for (const code of document.querySelectorAll("pre")) {
  code.innerHTML = code.textContent.split("\\n").map((line, at) => "<i>" + (at + 1) + "</i><span>" + line + "</span>").join("\\n");
  add(code, "button", { textContent: "Copy to clipboard" });
}
const bar = document.createElement("div");
bar.innerHTML = '<form role="search" action="/mixed/"><label>Search the site <input type="search" name="q"></label><button>Search</button></form><button>Dark mode</button>';
document.body.prepend(bar);
add(document.body, "div", { className: "cookie-banner", innerHTML: "We would like to measure how you use this site. Do you agree to that for ever?" });
add(document.body, "small", { textContent: "Last seen " + new Date().toString() + ", visitor " + Math.random() });
add(document.body, "a", { href: "https://social.example/share?u=" + encodeURIComponent(location.href), textContent: "Share" });
const root = document.getElementById("page");
if (root) root.replaceChildren(...[...root.childNodes].map((node) => node.cloneNode(true)));
const price = document.querySelector("[data-sku]");
if (price) fetch("/mixed/data.json").then((answer) => answer.json()).then((data) => { price.textContent = data.price; });
const list = document.getElementById("related");
if (list) fetch("/mixed/data.json").then((answer) => answer.json()).then((data) => {
  for (const n of data.related) add(add(list, "li"), "a", { href: "/mixed/hidden/" + n, textContent: "Related " + n });
});
const contact = document.getElementById("contact");
if (contact) contact.innerHTML = '<form method="post"><input name="email"><textarea name="message"></textarea></form>';
`;

export function addMixedPages(site: Routes): void {
  const all = [...ARTICLES, ...HYDRATED, ...SHOP, ...LISTS, CONTACT];
  site.route(
    MIXED.start,
    page("Contents", `<ul>${all.map((path) => `<li><a href="${path}">${path}</a>`).join("")}</ul>`),
  );
  for (const path of ARTICLES) site.route(path, page(path, `<h2 id="more">More</h2><pre>let a = 1;\nlet b = 2;</pre>`));
  for (const path of HYDRATED) site.route(path, page(path, `<div id="page"><p>Rendered by the server</p></div>`));
  for (const path of SHOP) site.route(path, page(path, `<p>Only <span class="price" data-sku="${path}"></span></p>`));
  for (const path of LISTS) site.route(path, page(path, `<h2>Related</h2><ul id="related"></ul>`));
  for (const path of HIDDEN) site.route(path, `<title>${path}</title><h1>${path}</h1><a href="/mixed/">Contents</a>`);
  site.route(CONTACT, page("Contact", `<div id="contact"></div>`));
  site.route("/mixed/bundle.js", (_request, response) => {
    response.writeHead(200, { "content-type": "text/javascript" }).end(BUNDLE);
  });
  site.route("/mixed/data.json", (_request, response) => {
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ price: "€ 12.50", related: numbers(HIDDEN.length) }));
  });
}

function page(title: string, content: string): string {
  return `<!doctype html><html lang="en"><head><title>${title}</title></head><body><nav><a href="/mixed/">Contents</a></nav>
<article><h1>${title}</h1><p>${"What this page says, it says in the words of its own server. ".repeat(5)}</p>${content}</article>
<script src="/mixed/bundle.js"></script></body></html>`;
}
