/** Months that an address names, as calendars and archives write them. */

/** English names of months, long and short, as part of an expression. */
export const MONTHS =
  "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?";
const NAMES = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/** Only these: other numbers are rather ids. Whoever goes on month by month passes through them. */
const YEAR = "(?<!\\d)(?<year>19\\d\\d|2[01]\\d\\d)";
const MONTH = "(?<month>0?[1-9]|1[0-2])(?!\\d)";

/** `2031-05-17`, `2031/05`, `2031_5`; `05-2031`; `may-2031`; `2031/may`; `20310517`, `203105`. */
const WRITTEN: readonly RegExp[] = [
  new RegExp(`${YEAR}[-/_.]${MONTH}`, "gi"),
  new RegExp(`(?<!\\d)(?<month>0?[1-9]|1[0-2])[-/_.]${YEAR}(?!\\d)`, "gi"),
  new RegExp(`\\b(?<name>${MONTHS})[-/_. +]${YEAR}(?!\\d)`, "gi"),
  new RegExp(`${YEAR}[-/_. +](?<name>${MONTHS})\\b`, "gi"),
  /(?<!\d)(?<year>19\d\d|2[01]\d\d)(?<month>0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])?(?!\d)/g,
];
const YEAR_NAME = /^(?:y|yr|year|jahr|annee|ano|cal_?year|yyyy)$/i;
const MONTH_NAME = /^(?:m|mo|mon|month|monat|mois|mes|cal_?month|mm)$/i;
const TIME_NAME = /^(?:ts|time|timestamp|date|day|start|from|begin|end|until|to|when|month|week)$/i;
/** Seconds or milliseconds since 1970: from 2001 on, so that no small number is one. */
const TIMESTAMP = /^(?<seconds>[1-7]\d{9})(?:\d{3})?$/;

/**
 * The month farthest from this year that the address names, counted from the year 0 (`2026-11` is 2026 × 12 + 10); null: it names none.
 * @param year the current one
 */
export function farthestMonth(url: URL, year: number): number | null {
  if (!/\d{4}/.test(url.pathname + url.search)) return null;
  const found = [...written(decoded(url.pathname)), ...asked(url.searchParams)];
  const near = year * 12;
  return found.reduce<number | null>(
    (far, month) => (far === null || Math.abs(month - near) > Math.abs(far - near) ? month : far),
    null,
  );
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function written(text: string): number[] {
  return WRITTEN.flatMap((expression) => [...text.matchAll(expression)].map(({ groups = {} }) => toMonth(groups)));
}

function toMonth({ year, month, name }: Readonly<Record<string, string | undefined>>): number {
  const at = name === undefined ? Number(month) - 1 : NAMES.indexOf(name.slice(0, 3).toLowerCase());
  return Number(year) * 12 + at;
}

function asked(params: URLSearchParams): number[] {
  const pairs = [...params];
  const months = pairs.flatMap(([name, value]) => [...written(value), ...fromTimestamp(name, value)]);
  const year = pairs.find(([name, value]) => YEAR_NAME.test(name) && /^(?:19|2[01])\d\d$/.test(value));
  if (!year) return months;
  const month = pairs.find(([name, value]) => MONTH_NAME.test(name) && /^\d{1,2}$/.test(value));
  return [...months, Number(year[1]) * 12 + (month ? Number(month[1]) - 1 : 0)];
}

function fromTimestamp(name: string, value: string): number[] {
  const seconds = TIME_NAME.test(name) ? TIMESTAMP.exec(value)?.groups?.seconds : undefined;
  if (seconds === undefined) return [];
  const date = new Date(Number(seconds) * 1000);
  return [date.getUTCFullYear() * 12 + date.getUTCMonth()];
}
