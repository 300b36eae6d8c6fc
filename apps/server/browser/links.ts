/** The links of a page, in order: where its anchors, areas and frames lead. */
import { isFilePath } from "../core/media-type.ts";
import type { Tag } from "./tree.ts";

export interface Link {
  /** Absolute, http(s), without fragment. */
  readonly href: string;
  readonly url: URL;
  /** What the page says a click would save it as; empty: saved under its own name; null: a click opens it. */
  readonly download: string | null;
}

/** Where an element leads, or null when it is no link. */
export function linkOf(element: Tag, base: URL): URL | null {
  const target = targetOf(element);
  return target && resolve(target.address, base);
}

const LINKING: Readonly<Record<string, string>> = { a: "href", area: "href", iframe: "src", frame: "src" };

/** A link as a page writes it. */
export interface LinkTarget {
  readonly address: string;
  readonly download: string | null;
}

/** Null for what is no link. */
export function targetOf({ name, attribs }: Tag): LinkTarget | null {
  const attribute = LINKING[name];
  const address = attribute === undefined ? undefined : attribs[attribute];
  return address === undefined ? null : { address, download: attribs.download ?? null };
}

/** Every link once. @param base as the page's `<base>` writes it */
export function resolveLinks(targets: readonly LinkTarget[], base: string | null, pageUrl: string): readonly Link[] {
  const root = resolveBase(base, pageUrl);
  const links = new Map<string, Link>();
  for (const { address, download } of targets) {
    const url = resolve(address, root);
    if (url && !links.has(url.href)) links.set(url.href, { href: url.href, url, download });
  }
  return [...links.values()];
}

/** What relative addresses of a page are relative to. */
export function resolveBase(base: string | null, pageUrl: string): URL {
  const page = new URL(pageUrl);
  const url = base === null ? null : URL.parse(base.trim(), page);
  return url && isWeb(url) ? url : page;
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
