/** JSON values as text: fit for SQLite, and the same whatever the order of keys. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/**
 * JSON text whose strings are all valid Unicode. Half a surrogate (an emoji cut in two) is legal in JavaScript and in JSON, but
 * SQLite's JSON functions turn it into broken UTF-8, and libSQL aborts the whole process when it reads that.
 */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value) ?? "null";
  // JSON.stringify writes half surrogates, and only those, as escapes.
  return /\\ud[89a-f]/i.test(text) ? JSON.stringify(wellFormed(JSON.parse(text))) : text;
}

/** JSON text with keys sorted at every level: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return jsonText(sorted(value === undefined ? null : JSON.parse(JSON.stringify(value))));
}

function wellFormed(value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key.toWellFormed(), wellFormed(part)]));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(entries.map(([key, part]) => [key, sorted(part)]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
