/** What a page shows, as a number: two pages that differ only in where their links lead, and in their own address, look the same. */
import { textHash } from "../../core/text-hash.ts";

/** A script that visits more pages than this is no crawl of one page per subtask. */
const MOST = 4;
/** Elements that say where to go; those that show something keep what they show. */
const LEADING = /<(?:a|area|form|input|link|meta|base)\s[^>]*>/gi;
/** In an address, what may be somebody's id: long, and of letters and digits, or of many digits. */
const TOKEN = /(?=[\w-]*\d)(?=[\w-]*[a-z])[\w-]{6,}|\d{8,}/gi;

export interface Shown {
  readonly url: string;
  readonly html: string;
}

/** The pages from which a session took links, until there are too many. */
export class Looks {
  #pages: Shown[] = [];
  #isOne = true;

  note(page: Shown): void {
    if (!this.#isOne || this.#pages.includes(page)) return;
    this.#pages.push(page);
    this.#isOne = this.#pages.length <= MOST;
    if (!this.#isOne) this.#pages = [];
  }

  /** Null: there are none, or too many. */
  sum(): number | null {
    if (this.#pages.length === 0) return null;
    return this.#pages.length === 1 ? lookOf(this.#pages[0] as Shown) : textHash(this.#pages.map(lookOf).join(" "));
  }
}

export function lookOf({ url, html }: Shown): number {
  const bare = html.replace(LEADING, "");
  const { pathname, search } = new URL(url);
  const tokens = (pathname + search).match(TOKEN) ?? [];
  return textHash(tokens.reduce((text, token) => text.replaceAll(token, ""), bare));
}
