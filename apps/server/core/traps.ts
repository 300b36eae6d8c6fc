/**
 * Addresses that lead a crawl nowhere, told from the addresses alone; what their pages show is looked at elsewhere (core/repeats.ts). Sites of any size are no traps: nothing here counts how many
 * pages a template has.
 *
 * Sources: Heritrix (PathologicalPathDecideRule, TooManyPathSegmentsDecideRule), Scrapy (URLLENGTH_LIMIT 2083, from the longest
 * address that Internet Explorer took), Katana (repeated path sequences), and what calendars and shop filters on the web do.
 */
import { type ArchiveMemory, isListed, isOld, monthsTold, newArchiveMemory } from "./old-archives.ts";
import { newPathFilterMemory, type PathFilterMemory, pathFilters } from "./path-filters.ts";
import { farthestMonth } from "./url-date.ts";
import { urlTemplate } from "./url-template.ts";

export const MAX_URL_LENGTH = 2083;
/** How often one part of a path may occur in it: `/a/b/a/b/a/b` is still taken. */
export const MAX_SEGMENT_REPEATS = 3;
/** A calendar may look so many months ahead, and back to 1970 (core/old-archives.ts); beyond, so many months per template. */
const MONTHS_AHEAD = 24;
const FAR_MONTHS = 12;
/** From so many addresses on, a path is looked at for filters. */
const FILTERED_PAGES = 500;
/** With filters, no parameter has more than one value per so many addresses: it is their combinations that grow. */
const PAGES_PER_VALUE = 20;
/** Two parameters are a page of a list, or a chapter of a book. */
const FILTERS = 3;
/** What parts an address, and one value of a parameter from the next: `?f=red,m`. */
const PARTS = /[/&,;|+]|%2C|%3B|%7C/i;

/** What was seen of the addresses of one crawl. */
export interface TrapMemory {
  /** Templates of which an address names a month far away. */
  readonly far: Map<string, Far>;
  /** Addresses with many parameters, by path. */
  readonly filtered: Map<string, Filtered>;
  readonly inPaths: PathFilterMemory;
  readonly archives: ArchiveMemory;
}

interface Far {
  readonly months: Set<number>;
  /** Another of its addresses names no month: what looks like one is a number of something. */
  numbered: boolean;
}

interface Filtered {
  readonly queries: Set<string>;
  readonly values: Map<string, Set<string>>;
}

export function newTrapMemory(): TrapMemory {
  return { far: new Map(), filtered: new Map(), inPaths: newPathFilterMemory(), archives: newArchiveMemory() };
}

/**
 * Why an address looks like part of a trap, in words; or null. Remembers what it was asked.
 * @param key the address in normal form (core/url-key.ts); anything else is no trap
 * @param now epoch milliseconds: what is far away, for a calendar
 * @param page the address that leads there; null: not known
 */
export function trapSuspected(key: string, memory: TrapMemory, now: number, page: string | null = null): string | null {
  if (!mayBeSuspected(key, memory)) return null;
  const url = /^https?:/.test(key) ? URL.parse(key) : null;
  if (url === null) return null;
  if (key.length > MAX_URL_LENGTH) return `an address of ${key.length} characters; ${MAX_URL_LENGTH} are the most`;
  return repeats(url) ?? calendar(url, memory, now, page) ?? filters(url, memory) ?? pathFilters(url, memory.inPaths);
}

/** Most addresses are seen through at a glance; every link of every page passes here. */
function mayBeSuspected(key: string, { far }: TrapMemory): boolean {
  return (
    key.length > MAX_URL_LENGTH ||
    key.split(PARTS).length >= FILTERS + "http://host".split("/").length ||
    /(?:19|2[01])\d\d|\d{10}/.test(key) ||
    (far.size > 0 && /\d/.test(key))
  );
}

function repeats(url: URL): string | null {
  const parts = url.pathname.split("/").filter((part) => part !== "");
  if (parts.length <= MAX_SEGMENT_REPEATS) return null;
  const [part, times] = most(parts);
  return times > MAX_SEGMENT_REPEATS ? `"${part.slice(0, 50)}" ${times} times in its path` : null;
}

function most(parts: readonly string[]): [string, number] {
  const counts = new Map<string, number>();
  for (const part of parts) counts.set(part, (counts.get(part) ?? 0) + 1);
  return [...counts].reduce((a, b) => (b[1] > a[1] ? b : a));
}

function calendar(url: URL, { far, archives }: TrapMemory, now: number, page: string | null): string | null {
  const today = new Date(now);
  const ahead = today.getUTCFullYear() * 12 + today.getUTCMonth() + MONTHS_AHEAD;
  const month = farthestMonth(url, today.getUTCFullYear());
  const isFar = month !== null && (isOld(month) || month > ahead);
  if (!isFar && (far.size === 0 || month !== null)) return null;
  if (month !== null && isListed(url, month, page, archives, now)) return null;
  const template = urlTemplate(url);
  const seen = far.get(template) ?? { months: new Set(), numbered: false };
  if (isFar) far.set(template, seen);
  seen.numbered ||= month === null;
  if (month === null || seen.numbered || seen.months.has(month)) return null;
  if (seen.months.size < FAR_MONTHS + (isOld(month) ? monthsTold(url.host, archives) : 0)) {
    seen.months.add(month);
    return null;
  }
  return `a calendar without end: ${template} goes as far as ${Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, "0")}`;
}

function filters(url: URL, { filtered }: TrapMemory): string | null {
  if (url.search.split(PARTS).length < FILTERS) return null;
  const path = url.host + url.pathname;
  const seen = filtered.get(path) ?? { queries: new Set(), values: new Map() };
  filtered.set(path, seen);
  const isNew = !seen.queries.has(url.search);
  if (isNew && isCombined(seen)) return `${seen.queries.size} combinations of filters under ${path}`;
  if (isNew) remember(seen, url);
  return null;
}

function isCombined({ queries, values }: Filtered): boolean {
  if (queries.size < FILTERED_PAGES) return false;
  return Math.max(...[...values.values()].map((set) => set.size)) * PAGES_PER_VALUE <= queries.size;
}

/** Where one parameter tells pages apart, it alone grows without end: what the others are is no longer kept. */
function remember({ queries, values }: Filtered, url: URL): void {
  if (queries.size < 2 * FILTERED_PAGES * PAGES_PER_VALUE) queries.add(url.search);
  for (const [name, value] of url.searchParams) {
    const known = values.get(name) ?? new Set();
    values.set(name, known);
    for (const one of value.split(PARTS)) if (known.size <= 2 * FILTERED_PAGES) known.add(one);
  }
}
