/** HTML pages that the server writes itself: documentation, signing in, notes. No script, light and dark. */
import { html, raw } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

const STYLE = `
:root { color-scheme: light dark; --text: #1c2430; --soft: #5b6675; --line: #d9dee6; --ground: #fff; --panel: #f5f7fa; --accent: #2457d6; }
@media (prefers-color-scheme: dark) { :root { --text: #e4e8ee; --soft: #98a3b3; --line: #2d3643; --ground: #12161c; --panel: #1a2029; --accent: #7ea6ff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.6 system-ui, sans-serif; }
a { color: var(--accent); }
.bar { display: flex; gap: 1.5rem; align-items: baseline; padding: .8rem 1.5rem; border-bottom: 1px solid var(--line); }
.bar strong a { color: inherit; text-decoration: none; }
.frame { display: grid; grid-template-columns: 14rem minmax(0, 46rem); gap: 3rem; max-width: 68rem; margin: 0 auto; padding: 2rem 1.5rem 4rem; }
.pages ul { list-style: none; margin: 0; padding: 0; position: sticky; top: 2rem; }
.pages a { display: block; padding: .2rem .6rem; border-radius: 6px; text-decoration: none; color: var(--soft); }
.pages a[aria-current] { background: var(--panel); color: var(--text); font-weight: 600; }
h1, h2, h3 { line-height: 1.25; } h1 { margin-top: 0; } h2 { margin-top: 2.2rem; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: .9rem 1rem; overflow-x: auto; }
code { font: .875em/1.5 ui-monospace, monospace; } :not(pre) > code { background: var(--panel); border-radius: 4px; padding: .1em .3em; }
table { border-collapse: collapse; display: block; overflow-x: auto; } th, td { border: 1px solid var(--line); padding: .35rem .7rem; text-align: left; vertical-align: top; }
img { max-width: 100%; } blockquote { margin: 0; padding-left: 1rem; border-left: 3px solid var(--line); color: var(--soft); }
.turn { display: flex; justify-content: space-between; gap: 1rem; margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); }
.card { max-width: 26rem; margin: 12vh auto; padding: 2rem; border: 1px solid var(--line); border-radius: 12px; background: var(--panel); }
.card input { width: 100%; padding: .5rem .7rem; font: inherit; border: 1px solid var(--line); border-radius: 6px; background: var(--ground); color: inherit; }
.card button { margin-top: 1rem; padding: .5rem 1.2rem; font: inherit; border: 0; border-radius: 6px; background: var(--accent); color: var(--ground); cursor: pointer; }
.note { color: var(--soft); } .wrong { color: #c6362c; }
@media (max-width: 46rem) { .frame { grid-template-columns: minmax(0, 1fr); gap: 1rem; } .pages ul { position: static; columns: 2; } }
`;

/** A whole page around a body. */
export function page(title: string, body: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title === "Ultravisor" ? title : `${title} · Ultravisor`}</title>
<style>${raw(STYLE)}</style>
</head>
<body>
${body}
</body>
</html>
`;
}
