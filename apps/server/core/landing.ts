/**
 * What a subtask's own page may be, and where it may be found. A subtask stands for the address that is its key; when that address
 * redirects, the page belongs to another address, which may lie outside of what the crawl is about, or be another subtask's already.
 */
import { urlKey } from "./url-key.ts";

/** Which addresses belong to what a task asked for, in a form that lasts. */
export interface ScopeRule {
  readonly scope: "same-host" | "same-domain" | "same-origin" | "any";
  /** The address that `scope` is relative to. */
  readonly of: string;
  /** Globs, or the source and flags of expressions. */
  readonly include?: readonly ScopePattern[];
  readonly exclude?: readonly ScopePattern[];
}

export type ScopePattern = string | { readonly source: string; readonly flags: string };

export interface Landing {
  /** `any`: wherever redirects lead, the page is recorded, also a second time. */
  readonly redirects: "check" | "any";
  readonly scope: ScopeRule | null;
  /** Its address is named like a file (core/path-kind.ts): what is there is its page only if it is HTML. */
  readonly onlyHtml?: true;
}

/** Why a page is not recorded for the subtask that found it. */
export type Astray = "duplicate" | "out_of_scope" | "no_page";

/** Whether an address is the one that the subtask `key` stands for. */
export function standsFor(key: string, asked: string): boolean {
  return normalOf(key)(asked) === key;
}

/**
 * The key of the address where the page of the subtask `key` was found; null when it was found where it should be, or when the visit
 * was to another page than its own.
 */
export function landedKey(key: string, asked: string, found: string): string | null {
  const normal = normalOf(key);
  if (normal(asked) !== key) return null;
  const landed = normal(found);
  return landed === key ? null : landed;
}

/** Keys are in normal form, or compared to the letter. */
function normalOf(key: string): (text: string) => string {
  return urlKey(key) === key ? urlKey : (text) => text;
}
