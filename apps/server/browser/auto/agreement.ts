/**
 * Whether two loads of a page say the same. What differs anyway between two loads does not count: dates, counters, numbers used
 * once, session ids, advertisements, and the words of buttons, banners and search boxes. Links, lists, prices and forms do. Nor
 * does what the second load lacks: scripts that fold chapters away lose nothing that the first one has.
 */
import type { PageContent } from "./content.ts";

/** How much more the second load may say. */
export interface Tolerance {
  /** Links, as a share of the first load's, and at least so many. */
  readonly linkShare: number;
  readonly links: number;
  /** Words, and numbers apart from them, likewise. */
  readonly wordShare: number;
  readonly words: number;
  /** Whether a title, a price, a list item or a form may differ. */
  readonly details: boolean;
}

/** For the HTML of a page and what scripts made of it: a label or a date, such as `Last updated 3 days ago`, but no link. */
export const SCRIPTS_AT_WORK: Tolerance = { linkShare: 0, links: 0, wordShare: 0, words: 8, details: false };
/** For two answers of a server to the same question: teasers and advertisements change with every load. */
export const TWO_LOADS: Tolerance = { linkShare: 0.2, links: 3, wordShare: 0.3, words: 30, details: true };

/** So many items more are a list. */
const LIST = 3;

/** What `second` says that `first` does not, in a few words for people; null when they agree. */
export function disagreement(first: PageContent, second: PageContent, tolerance: Tolerance): string | null {
  return (
    elsewhere(first, second) ??
    newLinks(first, second, tolerance) ??
    (tolerance.details ? null : details(first, second)) ??
    newWords(first, second, tolerance)
  );
}

function elsewhere(first: PageContent, second: PageContent): string | null {
  return isElsewhere(first.url, second.url) ? `lead to ${second.url}` : null;
}

/** Whether one address is another page than the other; a page may change the query of its own. */
export function isElsewhere(first: string, second: string): boolean {
  const [from, to] = [new URL(first), new URL(second)];
  return from.origin + from.pathname !== to.origin + to.pathname;
}

function newLinks(first: PageContent, second: PageContent, { linkShare, links }: Tolerance): string | null {
  const added = missingFrom(first.links, second.links);
  if (added.length <= Math.max(links, linkShare * first.links.size)) return null;
  return `add ${count(added.length, "link")}, such as ${added[0]}`;
}

function details(first: PageContent, second: PageContent): string | null {
  const [form] = missingFrom(first.forms, second.forms);
  if (form !== undefined) return `add a form (${form})`;
  const amounts = missingFrom(first.amounts, second.amounts);
  if (amounts.length > 0) return `add ${count(amounts.length, "value")}, such as ${amounts[0]}`;
  const items = second.items.filter((item) => !first.text.includes(item));
  if (Math.min(items.length, second.items.length - first.items.length) >= LIST)
    return `add a list of ${items.length} items`;
  const title = missingFrom(first.title, second.title);
  return title.length > 0 ? `change the title (${title.slice(0, 3).join(", ")})` : null;
}

function newWords(first: PageContent, second: PageContent, { wordShare, words }: Tolerance): string | null {
  const allowed = Math.max(words, wordShare * first.words.size);
  const added = missingFrom(first.words, second.words);
  if (added.length > allowed) return `add ${added.length} words, such as ${added.slice(0, 3).join(", ")}`;
  const numbers = withoutRun(missingFrom(first.numbers, second.numbers));
  return numbers.length > allowed ? `add ${numbers.length} numbers, such as ${numbers.slice(0, 3).join(", ")}` : null;
}

function missingFrom(known: ReadonlySet<string>, candidates: ReadonlySet<string>): string[] {
  return [...candidates].filter((candidate) => !known.has(candidate));
}

/** Without 1, 2, 3 …, by which lines and pages are numbered. */
function withoutRun(numbers: readonly string[]): string[] {
  const all = new Set(numbers);
  let end = 0;
  while (all.has(String(end + 1))) end += 1;
  return numbers.filter((number) => !(/^\d+$/.test(number) && Number(number) <= end && end >= LIST));
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
