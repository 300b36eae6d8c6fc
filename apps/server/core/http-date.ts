/** Dates in headers, in every form that servers send: read as RFC 6265 (5.1.1) reads them, which covers all forms of RFC 9110 too. */

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DELIMITERS = /[\t\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+/;
const TIME = /^(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\D|$)/;
const DAY = /^(\d{1,2})(?:\D|$)/;
const YEAR = /^(\d{2,4})(?:\D|$)/;

interface Parts {
  time?: readonly number[];
  day?: number;
  month?: number;
  year?: number;
}

/**
 * Epoch milliseconds, or null for what is no date. Always UTC, whatever zone it names or does not: `Sun, 06 Nov 1994 08:49:37 GMT`,
 * `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`.
 */
export function parseHttpDate(text: string): number | null {
  const parts: Parts = {};
  for (const token of text.split(DELIMITERS)) take(token, parts);
  const { time, day, month, year } = parts;
  if (time === undefined || day === undefined || month === undefined || year === undefined) return null;
  const [hour = 0, minute = 0, second = 0] = time;
  if (day < 1 || day > 31 || year < 1601 || hour > 23 || minute > 59 || second > 59) return null;
  const date = Date.UTC(year, month, day, hour, minute, second);
  return new Date(date).getUTCDate() === day ? date : null;
}

/** What a token is, is told by its form; the first of each kind counts. */
function take(token: string, parts: Parts): void {
  const time = parts.time ? null : TIME.exec(token);
  if (time) {
    parts.time = time.slice(1).map(Number);
    return;
  }
  const day = parts.day === undefined ? DAY.exec(token) : null;
  if (day) {
    parts.day = Number(day[1]);
    return;
  }
  const month = MONTHS.indexOf(token.slice(0, 3).toLowerCase());
  if (parts.month === undefined && month !== -1) {
    parts.month = month;
    return;
  }
  const year = parts.year === undefined ? YEAR.exec(token) : null;
  if (year) parts.year = fourDigits(Number(year[1]));
}

function fourDigits(year: number): number {
  if (year >= 70 && year <= 99) return year + 1900;
  return year <= 69 ? year + 2000 : year;
}
