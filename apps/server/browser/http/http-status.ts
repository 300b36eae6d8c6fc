/** What an HTTP status means for an attempt: nothing, a failure for good, or one worth another try. */
import { STATUS_CODES } from "node:http";
import { BrowsingError } from "../../core/browsing.ts";
import { parseHttpDate } from "../../core/http-date.ts";

const GONE = new Set([404, 410]);
/** The client errors that pass: request timeout, too early, too many requests. */
const PASSING = new Set([408, 425, 429]);
const LONGEST_WAIT = 86_400_000;

/** What is asked of an answer before it is used. */
export interface Said {
  readonly url: URL | string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The proxy that may have answered in the site's place, or null. */
  readonly reader: string | null;
}

/** The error of an answer, or null when the page may be used. */
export function statusError({ url, status, headers, reader }: Said, now: number): BrowsingError | null {
  if (status >= 200 && status < 300) return null;
  const meaning = STATUS_CODES[status] ? ` ${STATUS_CODES[status]}` : "";
  const said = `${url} answered ${status}${meaning}${orProxy(reader)}.`;
  if (GONE.has(status)) return new BrowsingError("not_found", said, { retryable: false, status });
  const retryable = status >= 500 || PASSING.has(status);
  return new BrowsingError("http_status", said, {
    retryable,
    status,
    retryAfter: retryable ? waitOf(headers["retry-after"], now) : null,
  });
}

/** How a sentence about an answer goes on, where the proxy `reader` may have given it. */
export function orProxy(reader: string | null): string {
  return reader === null ? "" : `, or the proxy ${reader} did in its place`;
}

/** Milliseconds that a Retry-After header (seconds or a date) asks for; null when it says nothing useful. */
export function waitOf(header: string | undefined, now: number): number | null {
  const text = header?.trim() ?? "";
  const wait = /^\d+(?:\.\d*)?$/.test(text) ? Math.ceil(Number(text) * 1000) : untilDate(text, now);
  return wait === null ? null : Math.min(Math.max(wait, 0), LONGEST_WAIT);
}

/** A date as headers write it, or ISO 8601, which some servers send. */
function untilDate(text: string, now: number): number | null {
  const date = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : (parseHttpDate(text) ?? Number.NaN);
  return Number.isNaN(date) ? null : date - now;
}
