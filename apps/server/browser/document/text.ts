/** The text of a page that a reader would see, without laying it out. */
import { type Element, fold, isDead, type Tag, type Tree, walk } from "./tree.ts";

/** Not `head`: what a browser shows of a page that never closes it, or puts text there, is no part of it. */
const UNSEEN = new Set(
  "audio canvas datalist defs desc iframe metadata noembed noframes object script style textarea title video".split(
    " ",
  ),
);

/** Elements that do not part the words around them. */
export const INLINE = new Set(
  "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q rp rt ruby s samp small span strike strong sub sup time tt u var wbr".split(
    " ",
  ),
);

const HIDING = /(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)\b/i;

/** Visible text below an element or of a whole page, white space folded. */
export function visibleText(root: Tree | Element): string {
  const parts: string[] = [];
  const part = (element: Element): void => {
    if (!INLINE.has(element.name)) parts.push(" ");
  };
  walk(root, {
    enter(element) {
      part(element);
      return !isHidden(element);
    },
    leave: part,
    text: (data) => void parts.push(data),
  });
  return fold(parts.join(""));
}

/** All text below an element as it stands in the source: for scripts, titles and whatever else has no look of its own. */
export function rawText(root: Element): string {
  const parts: string[] = [];
  walk(root, { enter: () => true, text: (data) => void parts.push(data) });
  return parts.join("");
}

/** Whether an element has only raw text, as `<script type="application/ld+json">` has. */
export function isUnseen(element: Tag): boolean {
  return UNSEEN.has(element.name) || isDead(element);
}

/** Whether a reader sees nothing of an element, as far as that can be told without style sheets. */
export function isHidden(element: Tag): boolean {
  const { hidden, style } = element.attribs;
  if (isUnseen(element) || (hidden !== undefined && hidden !== "until-found")) return true;
  if (element.name === "dialog" && element.attribs.open === undefined) return true;
  return style !== undefined && HIDING.test(style);
}
