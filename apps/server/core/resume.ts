/**
 * When a download that broke off may go on where it stopped: Range and If-Range of RFC 9110 (13.1.5, 14). Only bytes of one
 * version of a file are ever put together, so what cannot be told apart by a strong validator begins anew.
 */

import { parseHttpDate } from "./http-date.ts";

/** Headers of an answer, names in lower case. */
export type Headers = Readonly<Record<string, string>>;

/** Which bytes a file has, for as long as its validator stays the same. */
export interface Version {
  /** What `If-Range` carries: a strong entity tag, or a date. */
  readonly validator: string;
  /** Bytes of the whole file; null when the server did not say. */
  readonly total: number | null;
}

/** The beginning of a file. */
export interface Beginning extends Version {
  /** Bytes that are there. */
  readonly size: number;
}

/** Longer ones are legal, but nobody sends them; they would not fit a file name. */
const LONGEST_VALIDATOR = 110;

/**
 * The version of a whole answer (200), or null when a part of it could not be joined with anything later: it is encoded on its way,
 * has no strong validator, or its server has no ranges.
 * @param personal it was asked for with cookies: then a date says too little, for two people may get different bytes of one date
 */
export function versionOf(headers: Headers, personal: boolean): Version | null {
  if (isEncoded(headers) || headers["accept-ranges"]?.trim().toLowerCase() === "none") return null;
  const validator = headers.etag === undefined ? strongDate(headers, personal) : strongTag(headers.etag);
  if (validator === null || validator.length > LONGEST_VALIDATOR) return null;
  return { validator, total: lengthOf(headers) };
}

/** The headers that ask for the rest. */
export function resumeHeaders(beginning: Beginning): Record<string, string> {
  return { range: `bytes=${beginning.size}-`, "if-range": beginning.validator };
}

/**
 * What an answer to `resumeHeaders` means: `append` it, the beginning is the `whole` file already, begin anew with what it brings
 * (`replace`), or forget the beginning and ask `again` without it.
 */
export type Continuation = "append" | "whole" | "replace" | "again";

export function continuationOf(status: number, headers: Headers, beginning: Beginning): Continuation {
  if (status === 206) return isTheRest(headers, beginning) ? "append" : "again";
  if (status === 416) return hasAll(headers, beginning) ? "whole" : "again";
  return status === 412 ? "again" : "replace";
}

/** Bytes of an answer's body as it is sent, or null when it does not say. */
export function lengthOf(headers: Headers): number | null {
  const length = headers["content-length"]?.trim() ?? "";
  return /^\d{1,15}$/.test(length) ? Number(length) : null;
}

export function isEncoded(headers: Headers): boolean {
  return (headers["content-encoding"] ?? "").split(",").some((name) => !["", "identity"].includes(name.trim()));
}

interface ContentRange {
  readonly first: number;
  readonly last: number;
  readonly total: number | null;
}

function contentRange(header: string | undefined): ContentRange | null {
  const match = /^bytes\s+(\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/i.exec(header?.trim() ?? "");
  if (!match) return null;
  const [first, last] = [Number(match[1]), Number(match[2])];
  const total = match[3] === "*" ? null : Number(match[3]);
  return last < first || (total !== null && last >= total) ? null : { first, last, total };
}

/** All that is missing, from the very next byte to the end, of the same version, and not encoded. */
function isTheRest(headers: Headers, { size, total, validator }: Beginning): boolean {
  const range = contentRange(headers["content-range"]);
  if (range === null || range.first !== size || isEncoded(headers)) return false;
  if (range.total !== null && (range.last !== range.total - 1 || (total !== null && range.total !== total)))
    return false;
  if (range.total === null && total !== null && range.last !== total - 1) return false;
  const length = lengthOf(headers);
  if (length !== null && length !== range.last - range.first + 1) return false;
  const isTag = validator.startsWith('"');
  return !isTag || headers.etag === undefined || headers.etag.trim() === validator;
}

/** `Content-Range: bytes * /123` with exactly the bytes that are there, of a file that was known to have so many. */
function hasAll(headers: Headers, { size, total }: Beginning): boolean {
  const match = /^bytes\s+\*\/(\d{1,15})$/i.exec(headers["content-range"]?.trim() ?? "");
  return match !== null && Number(match[1]) === size && total === size;
}

/** RFC 9110, 8.8.3: weak ones stand for what means the same, not for the same bytes. */
function strongTag(etag: string): string | null {
  const tag = etag.trim();
  return /^"[\x21\x23-\x7e\x80-\xff]*"$/.test(tag) ? tag : null;
}

/** RFC 9110, 8.8.2.2: a date is strong when the file had not changed for a second when it was sent. */
function strongDate(headers: Headers, personal: boolean): string | null {
  const modified = headers["last-modified"]?.trim();
  if (modified === undefined || personal) return null;
  const [sentAt, modifiedAt] = [parseHttpDate(headers.date ?? ""), parseHttpDate(modified)];
  return sentAt !== null && modifiedAt !== null && sentAt - modifiedAt >= 1000 ? modified : null;
}
