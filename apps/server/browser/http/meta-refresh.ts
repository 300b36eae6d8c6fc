/** `<meta http-equiv="refresh">`: a redirect written into the page, which browsers follow and the HTTP tier must too. */
import type { Tag } from "../document/tree.ts";

/** A longer delay is there for a reader to act; only a quick one is a redirect in disguise. */
const LONGEST_DELAY = 5;
const CONTENT = /^\s*(\d+)(?:\.\d*)?(?:\s*[;,]\s*|\s+)(?:url\s*=\s*)?(?:"([^"]*)"|'([^']*)'|(\S.*?))\s*$/i;

/** Where a `<meta>` sends the page's visitor, as written, or null when it lets him stay. */
export function refreshOf(meta: Tag): string | null {
  if (meta.attribs["http-equiv"]?.trim().toLowerCase() !== "refresh") return null;
  const match = CONTENT.exec(meta.attribs.content ?? "");
  if (!match || Number(match[1]) > LONGEST_DELAY) return null;
  return match[2] ?? match[3] ?? match[4] ?? null;
}
