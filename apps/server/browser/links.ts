/** The links of a page, in order: where its anchors, areas and frames lead. */
import { isFilePath } from "../core/media-type.ts";
import { type Element, isDead, type Tree, walk } from "./tree.ts";

export interface Link {
  /** Absolute, http(s), without fragment. */
  readonly href: string;
  readonly url: URL;
  /** What the page says a click would save it as; empty: saved under its own name; null: a click opens it. */
  readonly download: string | null;
}

/** Where an element leads, or null when it is no link. */
export function linkOf(element: Element, base: URL): URL | null {
  const attribute = LINKING[element.name];
  const target = attribute === undefined ? undefined : element.attribs[attribute];
  return target === undefined ? null : resolve(target, base);
}

const LINKING: Readonly<Record<string, string>> = { a: "href", area: "href", iframe: "src", frame: "src" };

/** Every link once, with relative ones resolved against the page's `<base>`. */
export function collectLinks(tree: Tree, pageUrl: string): readonly Link[] {
  const base = baseOf(tree, pageUrl);
  const links = new Map<string, Link>();
  walk(tree, {
    enter(element) {
      const url = linkOf(element, base);
      if (url && !links.has(url.href))
        links.set(url.href, { href: url.href, url, download: element.attribs.download ?? null });
      return !isDead(element);
    },
  });
  return [...links.values()];
}

/** What relative addresses of a page are relative to. */
export function baseOf(tree: Tree, pageUrl: string): URL {
  const found: string[] = [];
  walk(tree, {
    enter(element) {
      if (element.name === "base" && element.attribs.href !== undefined) found.push(element.attribs.href);
      return found.length === 0 && !isDead(element);
    },
  });
  const page = new URL(pageUrl);
  const base = found[0] === undefined ? null : URL.parse(found[0].trim(), page);
  return base && isWeb(base) ? base : page;
}

/** Whether a link leads to a file and not to a page; with endings (`["pdf", "tar.gz"]`), to a file of one of them. */
export function isFileLink(link: Link, endings: readonly string[] | null): boolean {
  const names = [link.url.pathname, link.download ?? ""].map((name) => name.toLowerCase());
  if (endings) return endings.some((ending) => names.some((name) => name.endsWith(`.${ending}`)));
  return link.download !== null || isFilePath(link.url.pathname);
}

function resolve(target: string, base: URL): URL | null {
  const url = URL.parse(target.trim(), base);
  if (!url || !isWeb(url) || url.username || url.password) return null;
  url.hash = "";
  return url;
}

function isWeb(url: URL): boolean {
  return url.protocol === "http:" || url.protocol === "https:";
}
