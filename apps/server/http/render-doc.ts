/** Markdown to a page: headings that can be linked to, and links between pages that work on the site. */
import { html, raw } from "hono/html";
import { Marked, type Tokens } from "marked";
import type { DocsPage } from "./docs-pages.ts";
import { type Html, page } from "./page.ts";

/** One page of several, with the way to all others. It links to nothing that asks for the token, so that anybody can follow every link. */
export function renderPage(pages: readonly DocsPage[], at: number): Html {
  const shown = pages[at];
  if (shown === undefined) throw new RangeError(`Expected an index below ${pages.length}; got ${at}.`);
  const links = pages.map(
    (other) =>
      html`<li><a href="${addressOf(other)}"${other === shown ? raw(' aria-current="page"') : ""}>${other.title}</a></li>`,
  );
  const [before, after] = [pages[at - 1], pages[at + 1]];
  const body = html`<header class="bar"><strong><a href="/docs/">Ultravisor</a></strong> documentation</header>
<div class="frame">
<nav class="pages" aria-label="Pages"><ul>${links}</ul></nav>
<main>
${raw(render(shown.text))}
<div class="turn"><span>${before ? html`← <a rel="prev" href="${addressOf(before)}">${before.title}</a>` : ""}</span><span>${after ? html`<a rel="next" href="${addressOf(after)}">${after.title}</a> →` : ""}</span></div>
</main>
</div>`;
  return page(shown.title, body);
}

function addressOf(page: DocsPage): string {
  return page.name === "index" ? "/docs/" : `/docs/${page.name}`;
}

function render(markdown: string): string {
  const used = new Map<string, number>();
  const marked = new Marked({
    gfm: true,
    walkTokens: (token) => {
      if (token.type === "link" || token.type === "image") token.href = siteAddress(token.href);
    },
    renderer: {
      heading({ tokens, depth, text }: Tokens.Heading): string {
        return `<h${depth} id="${slug(text, used)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
    },
  });
  return marked.parse(markdown, { async: false });
}

/** `schedule.md#dst` → `/docs/schedule#dst`; addresses of other sites stay. */
function siteAddress(href: string): string {
  if (/^(?:[a-z][a-z0-9+.-]*:|\/|#)/i.test(href)) return href;
  const [path = "", hash] = href.replace(/^\.\//, "").split("#");
  const address = path === "index.md" ? "/docs/" : `/docs/${path.replace(/\.md$/, "")}`;
  return hash === undefined ? address : `${address}#${hash}`;
}

/** As GitHub makes them, so that links to headings work in both places. */
function slug(text: string, used: Map<string, number>): string {
  const base = text
    .toLowerCase()
    .replaceAll(/<[^>]+>|[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replaceAll(/\s/g, "-");
  const count = used.get(base) ?? 0;
  used.set(base, count + 1);
  return count === 0 ? base : `${base}-${count}`;
}
