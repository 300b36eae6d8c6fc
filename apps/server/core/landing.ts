/**
 * Where a subtask's own page may be found. A subtask stands for the address that is its key; when that address redirects, the page
 * belongs to another address, which may lie outside of what the crawl is about, or be another subtask's already.
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
}

/** Why a page is not recorded for the subtask that found it. */
export type Astray = "duplicate" | "out_of_scope";

/**
 * The key of the address where the page of the subtask `key` was found; null when it was found where it should be, or when the visit
 * was to another page than its own.
 */
export function landedKey(key: string, asked: string, found: string): string | null {
  const isExact = urlKey(key) !== key;
  const normal = isExact ? (text: string): string => text : urlKey;
  if (normal(asked) !== key) return null;
  const landed = normal(found);
  return landed === key ? null : landed;
}
