/**
 * Tells archives of months long past (newspapers of 1900 to 1969) from calendars that go back for ever. A calendar leads from month
 * to month, and to nothing else that is new; an archive has pages without a date that list its years, or its months lead to articles.
 */
import { farthestMonth } from "./url-date.ts";
import { urlTemplate } from "./url-template.ts";

/** Before this year, months have to be those of an archive. */
export const FIRST_YEAR = 1970;
const OLD = /19[0-6]\d/;

export interface ArchiveMemory {
  /** Years, with their host, that a page without a month in its address led to. */
  readonly listed: Set<string>;
  /** Months, by host, of which a page led to something that no page of another month had led to in the same form. */
  readonly told: Map<string, Set<number>>;
  /** Forms of addresses (core/url-template.ts) that pages of such months led to. */
  readonly forms: Set<string>;
}

export function newArchiveMemory(): ArchiveMemory {
  return { listed: new Set(), told: new Map(), forms: new Set() };
}

/**
 * Remembers whether a page of a month long past leads to more than months: an article has a name, and so a form of its own, while
 * days, weeks and views of a calendar have the same from month to month.
 * @param page its address
 * @param links new ones
 */
export function readOldPage(
  page: string | null,
  links: readonly { readonly key: string }[],
  memory: ArchiveMemory,
  now: number,
): void {
  if (page === null || !OLD.test(page)) return;
  const url = URL.parse(page);
  const month = url && monthOf(url, now);
  if (url === null || month === null || !isOld(month)) return;
  const told = memory.told.get(url.host) ?? new Set();
  memory.told.set(url.host, told);
  for (const { key } of told.has(month) ? [] : links) {
    const form = formOf(key);
    if (form === null || memory.forms.has(form)) continue;
    memory.forms.add(form);
    told.add(month);
    return;
  }
}

/**
 * Whether an address of a month long past is one that an archive lists.
 * @param page the one that leads there; null: not known
 */
export function isListed(
  url: URL,
  month: number,
  page: string | null,
  { listed }: ArchiveMemory,
  now: number,
): boolean {
  if (!isOld(month)) return false;
  const year = `${url.host} ${Math.floor(month / 12)}`;
  const from = page === null ? null : URL.parse(page);
  if (from !== null && monthOf(from, now) === null) listed.add(year);
  return listed.has(year);
}

/** How many months of a host led to more than months. */
export function monthsTold(host: string, { told }: ArchiveMemory): number {
  return told.get(host)?.size ?? 0;
}

export function isOld(month: number): boolean {
  return month < FIRST_YEAR * 12;
}

function monthOf(url: URL, now: number): number | null {
  return farthestMonth(url, new Date(now).getUTCFullYear());
}

function formOf(address: string): string | null {
  const url = /^https?:/.test(address) ? URL.parse(address) : null;
  return url && urlTemplate(url);
}
