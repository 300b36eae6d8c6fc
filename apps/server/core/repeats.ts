/**
 * Pages that show what another page of the crawl showed and lead on to ever more of their kind: an address that holds a new visitor id
 * each time, a list that goes on after its last page. Addresses alone cannot tell them from 10,000 articles; what they show can.
 */
import { textHash } from "./text-hash.ts";
import { urlTemplate } from "./url-template.ts";

/** So many repeats of a kind are followed. */
export const REPEATS = 250;
/**
 * So many addresses may show the same before that is a trap, however many pages do so: documentation is there for several versions,
 * languages and names of a folder, and what one page of a copy leads to may be new. What has no end shows the same for ever.
 */
export const COPIES = 10;
/** Pages of one crawl whose look is kept. */
const MOST = 200_000;

export interface RepeatMemory {
  /** The first address at which something was seen, by what was seen; as numbers, for there are many. */
  readonly first: Map<number, number>;
  /** How often something was seen again, by what was seen. */
  readonly copies: Map<number, number>;
  /** Repeats, by kind of address. */
  readonly repeats: Map<string, number>;
}

export function newRepeatMemory(): RepeatMemory {
  return { first: new Map(), copies: new Map(), repeats: new Map() };
}

/**
 * The kind of a page that repeats others, once its kind has done so too often; otherwise null. Remembers what it was asked.
 * @param key the page's own address in normal form
 * @param look stands for what it showed, addresses left out; null: not known
 */
export function repeatedKind(
  key: string,
  look: number | null,
  { first, copies, repeats }: RepeatMemory,
): { readonly kind: string } | null {
  const kind = kindOf(key);
  if (look === null || kind === null) return null;
  const address = textHash(key);
  const before = first.get(look);
  if (before === undefined && first.size < MOST) first.set(look, address);
  // The same page again, by another attempt.
  if (before === undefined || before === address) return null;
  const [times, seen] = [(repeats.get(kind) ?? 0) + 1, (copies.get(look) ?? 0) + 1];
  repeats.set(kind, times);
  copies.set(look, seen);
  return times > REPEATS && seen > COPIES ? { kind } : null;
}

/** Host and first part of the path, such as `a.example/shop` or `a.example/:id`; null: no web address. */
export function kindOf(key: string): string | null {
  const url = /^https?:/.test(key) ? URL.parse(key) : null;
  if (url === null) return null;
  const [host = "", part = ""] = urlTemplate(url).split("?", 1)[0]?.split("/") ?? [];
  return `${host}/${part}`;
}
