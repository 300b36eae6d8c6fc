/** `<meta http-equiv="refresh">` and the header `Refresh`: redirects written into a page, which browsers follow and the HTTP tier must too. */
import type { Tag } from "../document/tree.ts";

/** A longer delay is there for a reader to act; only a quick one is a redirect in disguise. */
const LONGEST_DELAY = 5;
const CONTENT = /^\s*(?=[\d.])(\d*)[\d.]*(?:\s*[;,]\s*|\s+)(?:url\s*=\s*)?(?:"([^"]*)"|'([^']*)'|(\S.*?))\s*$/i;

export interface Refresh {
  /** As written. */
  readonly address: string;
  /** So soon that no reader is meant to see this page. */
  readonly isRedirect: boolean;
}

/** Where a `<meta>` sends the page's visitor, or null when it lets him stay. */
export function refreshOf(meta: Tag): Refresh | null {
  if (meta.attribs["http-equiv"]?.trim().toLowerCase() !== "refresh") return null;
  return readRefresh(meta.attribs.content ?? "");
}

/** @param content such as `0; url=/start` */
export function readRefresh(content: string): Refresh | null {
  const match = CONTENT.exec(content);
  const address = match?.[2] ?? match?.[3] ?? match?.[4];
  if (!match || address === undefined) return null;
  return { address, isRedirect: Number(match[1]) <= LONGEST_DELAY };
}
