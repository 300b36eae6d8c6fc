/** `<meta http-equiv="refresh">`: a redirect written into the page, which browsers follow and the HTTP tier must too. */
import { isDead, type Tree, walk } from "./tree.ts";

/** A longer delay is there for a reader to act; only a quick one is a redirect in disguise. */
const LONGEST_DELAY = 5;
const CONTENT = /^\s*(\d+)(?:\.\d*)?(?:\s*[;,]\s*|\s+)(?:url\s*=\s*)?(?:"([^"]*)"|'([^']*)'|(\S.*?))\s*$/i;

/** Where the page sends its visitor, as written, or null when it lets him stay. */
export function refreshTarget(tree: Tree): string | null {
  let target: string | null = null;
  walk(tree, {
    enter(element) {
      if (element.name === "meta" && element.attribs["http-equiv"]?.trim().toLowerCase() === "refresh") {
        target ??= read(element.attribs.content ?? "");
      }
      return !isDead(element);
    },
  });
  return target;
}

function read(content: string): string | null {
  const match = CONTENT.exec(content);
  if (!match || Number(match[1]) > LONGEST_DELAY) return null;
  return match[2] ?? match[3] ?? match[4] ?? null;
}
