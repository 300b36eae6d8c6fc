/** The links of a page, in order: where its anchors, areas and frames lead, and what it shows. */
import { pathKind } from "../../core/path-kind.ts";
import { withEncodedQuery } from "../../core/query-charset.ts";
import { type LinkTarget, linkTarget } from "./link-targets.ts";
import type { Tag } from "./tree.ts";

export interface Link extends Omit<LinkTarget, "address"> {
  /** Absolute, http(s), without fragment. */
  readonly href: string;
  readonly url: URL;
}

/** Where an element leads, or null when it is no link. */
export function linkOf(element: Tag, base: URL): URL | null {
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

function resolve(target: string, base: URL): URL | null {
  const url = URL.parse(target, base);
  if (!url || !isWeb(url) || url.username || url.password) return null;
  if (target.includes("#")) url.hash = "";
  return url;
}

function isWeb(url: URL): boolean {
  return url.protocol === "http:" || url.protocol === "https:";
}
