/** The template of an address: what pages made by the same program of a site have in common. */

import { MONTHS } from "./url-date.ts";

const DATE = /\d{4}-\d{1,2}(?:-\d{1,2})?/g;
/** UUIDs, hashes and other tokens: long, of letters and digits. */
const TOKEN = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b(?=[a-z_-]*\d)(?=\d*[a-z_-])[0-9a-f]{8,}\b/gi;
const NAMED_MONTH = new RegExp(`\\b(?:${MONTHS})(?=[-/_. +]\\d{4})|(?<=\\d{4}[-/_. +])(?:${MONTHS})\\b`, "gi");

/**
 * `https://example.com/posts/2026-11-21/77?sort=asc&page=3` → `example.com/posts/:date/:n?page&sort`.
 * Values of the query do not count, its names do.
 */
export function urlTemplate(url: URL): string {
  const path = url.pathname
    .replace(TOKEN, ":id")
    .replace(NAMED_MONTH, ":month")
    .replace(DATE, ":date")
    .replace(/\d+/g, ":n");
  const names = [...new Set(url.searchParams.keys())].sort();
  return url.host + path + (names.length === 0 ? "" : `?${names.join("&")}`);
}
