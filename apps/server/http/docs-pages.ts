/** The pages of the documentation folder, in reading order. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

export interface DocsPage {
  /** File name without extension, and the last part of its address. */
  readonly name: string;
  readonly title: string;
  /** Markdown. */
  readonly text: string;
}

/** Reads all pages: the index first, then what it links to in its order, then the rest by name. */
export async function readPages(folder: string): Promise<readonly DocsPage[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries
    .filter((entry) => entry.isFile() && /^[\w][\w.-]*\.md$/.test(entry.name))
    .map((entry) => entry.name.slice(0, -3));
  const pages = await Promise.all(names.toSorted().map((name) => readPage(folder, name)));
  const index = pages.find((page) => page.name === "index") ?? listing(pages);
  const order = [...index.text.matchAll(/\]\((?:\.\/)?([\w.-]+)\.md(?:#[^)]*)?\)/g)].map((match) => match[1]);
  const rank = (page: DocsPage): number => {
    const at = order.indexOf(page.name);
    return at === -1 ? order.length : at;
  };
  return [index, ...pages.filter((page) => page.name !== "index").toSorted((a, b) => rank(a) - rank(b))];
}

async function readPage(folder: string, name: string): Promise<DocsPage> {
  const text = await readFile(join(folder, `${name}.md`), "utf8");
  return { name, title: /^# +(.+?) *#*$/m.exec(text)?.[1]?.replaceAll(/[`*]/g, "") ?? name, text };
}

/** An index for a folder that has none of its own. */
function listing(pages: readonly DocsPage[]): DocsPage {
  const lines = pages.map((page) => `- [${page.title}](${page.name}.md)`);
  return {
    name: "index",
    title: "Documentation",
    text: `# Documentation\n\n${lines.join("\n") || "No page has been written yet."}\n`,
  };
}
