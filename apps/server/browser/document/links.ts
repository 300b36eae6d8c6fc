/** The links of a page, in order: where its anchors, areas and frames lead, and what it shows. */
import { memo } from "../../core/memo.ts";
import { pathKind } from "../../core/path-kind.ts";
import { withEncodedQuery } from "../../core/query-charset.ts";
import { type LinkTarget, linkTarget } from "./link-targets.ts";
import type { Tag } from "./tree.ts";

export interface Link extends Omit<LinkTarget, "address"> {
  /** Absolute, http(s), without fragment. */
  readonly href: string;
  readonly url: Readonly<URL>;
}

/** Where an element leads, or null when it is no link. */
export function linkOf(element: Tag, base: URL): Readonly<URL> | null {
  const target = linkTarget(element);
  return target && resolve(target.address, base);
}

/**
 * Every link once.
 * @param base as the page's `<base>` writes it
 * @param charset of the page, in which queries are written
 */
export function resolveLinks(
  targets: readonly LinkTarget[],
  base: string | null,
  pageUrl: string,
  charset: () => string | null = () => null,
): readonly Link[] {
  const root = resolveBase(base, pageUrl);
  const links = new Map<string, Link>();
  for (const { address, ...target } of targets) {
    const url = resolve(withEncodedQuery(address, charset), root);
    const known = url ? links.get(url.href) : undefined;
    // A picture that can also be clicked, and a link that one place recommends and another does not, are links.
    if (url && (!known || (known.embedded && !target.embedded) || (known.nofollow && !target.nofollow)))
      links.set(url.href, { ...target, href: url.href, url });
  }
  return [...links.values()];
}

/** What relative addresses of a page are relative to. */
export function resolveBase(base: string | null, pageUrl: string): URL {
  const page = new URL(pageUrl);
  const url = base === null ? null : URL.parse(base, page);
  return url && isWeb(url) ? url : page;
}

/** Whether a link leads to what may be a page. */
export function isPageLink({ url, download, embedded }: Link): boolean {
  return !embedded && download === null && pathKind(url.pathname) !== "file";
}

/**
 * Whether a link leads to what may be a file; with endings (`["pdf", "tar.gz"]`), to a file of one of them. What a page shows
 * counts only when its ending is asked for: most of it is decoration.
 */
export function isFileLink(link: Link, endings: readonly string[] | null): boolean {
  const names = [link.url.pathname, link.download ?? ""].map((name) => name.toLowerCase());
  if (endings) return endings.some((ending) => names.some((name) => name.endsWith(`.${ending}`)));
  return !link.embedded && (link.download !== null || pathKind(link.url.pathname) !== "page");
}

/** What such an address leads to depends only on the folder of the page, or not even on that. */
const IN_FOLDER = /^[\w./~%-]/;

function resolve(target: string, base: URL): Readonly<URL> | null {
  if (!IN_FOLDER.test(target)) return parse(target, base.href);
  const [page = ""] = base.href.split(/[?#]/, 1);
  return resolveInFolder(`${page.slice(0, page.lastIndexOf("/") + 1)}\n${target}`);
}

const resolveInFolder = memo((folderAndTarget) => {
  const end = folderAndTarget.indexOf("\n");
  return parse(folderAndTarget.slice(end + 1), folderAndTarget.slice(0, end));
});

function parse(target: string, base: string): URL | null {
  const url = URL.parse(target, base);
  if (!url || !isWeb(url) || url.username || url.password) return null;
  if (target.includes("#")) url.hash = "";
  return url;
}

function isWeb(url: URL): boolean {
  return url.protocol === "http:" || url.protocol === "https:";
}
