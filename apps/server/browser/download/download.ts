/** Streams a URL into the file store with the session's cookies, going on where an earlier try or attempt broke off. */
import type { DownloadedFile, DownloadOptions } from "../../../sdk/context.ts";
import { BrowsingError } from "../../core/browsing.ts";
import { namesOf } from "../../core/file-name.ts";
import { type FileStore, FileTooLargeError, type Labels, type PartialFile } from "../../core/files.ts";
import { endingOfType, fitsTypes, headerMediaType, isPage, mediaTypeOf } from "../../core/media-type.ts";
import type { Remembered } from "../../core/recrawl.ts";
import { continuationOf, isEncoded, lengthOf, resumeHeaders, versionOf } from "../../core/resume.ts";
import { Deadline } from "../deadline.ts";
import { decodeBody } from "../http/encoding.ts";
import { discard, type HttpAnswer } from "../http/http.ts";
import { statusError } from "../http/http-status.ts";
import { type HttpTier, requestHeaders } from "../http/http-visit.ts";
import { networkError } from "../http/network-error.ts";
import { follow } from "../http/redirects.ts";
import { salvage } from "../http/salvage.ts";
import type { Look } from "../recrawl.ts";
import { dispositionName } from "./content-disposition.ts";

export interface DownloadParts {
  readonly tier: HttpTier;
  readonly files: FileStore;
  /** True: a page is not what is wanted, whatever it is called. */
  readonly noPage: boolean;
  /** Told how many bytes a try leaves to go on with. */
  kept(bytes: number): void;
}

/** There is a page where a file may have been. */
export class PageInstead extends BrowsingError {}

const MAX_BYTES = 2 * 1024 ** 3;
const OCTETS = "application/octet-stream";

export async function download(parts: DownloadParts, url: URL, options: DownloadOptions): Promise<DownloadedFile> {
  const { tier, files } = parts;
  const maxBytes = options.maxBytes ?? MAX_BYTES;
  const partial = await files.partial(url.href);
  const look = tier.recrawl?.look("file") ?? null;
  let answer: HttpAnswer | null = null;
  try {
    answer = await begin(parts, url, partial, look);
    const known = answer.status === 304 && look?.isConditional(answer.url) ? look.same(answer.url) : null;
    if (known) {
      tier.mirror?.remembered("file", known.facts, "");
      return rememberedFile(known, options);
    }
    await receive(parts, answer, partial, { ...options, maxBytes });
    const labels = partial.labels ?? labelsOf(answer);
    const type = typeOf(labels, answer.url);
    const name = nameOf(labels, answer.url, type);
    const blob = await partial.finish();
    const found = { url: answer.url.href, status: 200, headers: answer.headers, type, name };
    const changed = look?.file(found, blob) ?? true;
    tier.mirror?.file(answer, blob, type, isDecoded(answer, labels));
    return { ...namesOf(name, options.name), url: found.url, ...blob, type, changed };
  } catch (error) {
    look?.failed(error, url);
    tier.signal.throwIfAborted();
    if (error instanceof FileTooLargeError) throw tooLarge(url.href, maxBytes);
    if (isStoreFault(error)) throw error;
    throw networkError(error, url, tier.timeout);
  } finally {
    answer?.body.destroy();
    parts.kept(partial.beginning?.size ?? 0);
    await partial.leave();
  }
}

/** The answer that brings what is missing. A beginning that it does not fit is asked for anew, once. */
async function begin({ tier }: DownloadParts, url: URL, partial: PartialFile, look: Look | null): Promise<HttpAnswer> {
  const { beginning } = partial;
  if (beginning === null) return ask(tier, url, {}, look);
  const answer = await ask(tier, url, resumeHeaders(beginning));
  if (continuationOf(answer.status, answer.headers, beginning) !== "again") return answer;
  await discard(answer);
  await partial.begin(null, { type: "", disposition: "" });
  return ask(tier, url, {});
}

/** Only the start is timed: how long a large file takes is the task's own time limit to say. */
async function ask(
  tier: HttpTier,
  url: URL,
  more: Readonly<Record<string, string>>,
  look: Look | null = null,
): Promise<HttpAnswer> {
  const deadline = new Deadline(tier.timeout);
  try {
    const headers = { ...requestHeaders(tier, {}), accept: "*/*", "accept-encoding": "identity", ...more };
    const signal = AbortSignal.any([tier.signal, deadline.signal]);
    return await follow(tier, url, headers, deadline, signal, look ? (hop) => look.headersFor(hop) : undefined);
  } finally {
    deadline.stop();
  }
}

/** The file as it lies in the store since it was last sent. */
function rememberedFile({ facts, changedInThisRun }: Remembered, options: DownloadOptions): DownloadedFile {
  const { url, sha256, size, type, name } = facts;
  if (options.types !== undefined && !fitsTypes(type, name, options.types)) throw wrongType(url, type, options.types);
  if (size > (options.maxBytes ?? MAX_BYTES)) throw tooLarge(url, options.maxBytes ?? MAX_BYTES);
  return { ...namesOf(name, options.name), url, sha256, size, type, changed: changedInThisRun };
}

type Limits = DownloadOptions & { readonly maxBytes: number };

/** Takes what the answer brings, and makes sure that it is all. */
async function receive(parts: DownloadParts, answer: HttpAnswer, partial: PartialFile, limits: Limits): Promise<void> {
  const { beginning } = partial;
  const going = beginning && continuationOf(answer.status, answer.headers, beginning);
  if (going === "whole") return discard(answer);
  const had = going === "append" && beginning ? beginning.size : 0;
  await refuse(answer, had, limits, parts.noPage);
  const length = lengthOf(answer.headers);
  const labels = (going === "append" && partial.labels) || labelsOf(answer);
  const plain = plainBytes(answer, labels);
  if (going !== "append") {
    const personal = parts.tier.jar.header(answer.url) !== null;
    await partial.begin(versionOf(answer.headers, personal), labelsOf(answer));
  }
  const size = await partial.append(plain, limits.maxBytes);
  const expected = !isDecoded(answer, labels) && length !== null ? had + length : null;
  if (expected !== null && size !== expected) throw cutShort(answer, size, expected);
}

async function refuse(answer: HttpAnswer, had: number, { maxBytes, types }: Limits, noPage: boolean): Promise<void> {
  const { href } = answer.url;
  const failed = statusError(answer, Date.now());
  const isPart = answer.status === 206 && had === 0;
  if (failed || isPart) await discard(answer);
  if (failed) throw failed;
  if (isPart)
    throw new BrowsingError("bad_response", `${href} answered with a part that was not asked for.`, {
      retryable: true,
    });
  const type = typeOf(labelsOf(answer), answer.url);
  if (types !== undefined && !fitsTypes(type, nameOf(labelsOf(answer), answer.url, type), types))
    throw wrongType(href, type, types);
  if (noPage && isPage(type))
    throw new PageInstead("wrong_type", `${href} is a page and no file.`, { retryable: false });
  if (had + (lengthOf(answer.headers) ?? 0) > maxBytes) throw tooLarge(href, maxBytes);
}

/** Taken from the connection at once, so that a break loses nothing that had come. */
function plainBytes(answer: HttpAnswer, labels: Labels): AsyncIterable<Uint8Array> {
  if (!isDecoded(answer, labels)) return salvage(answer.body);
  return decodeBody(answer.body, answer.headers["content-encoding"], "whole");
}

/** Archives that servers label as a compressed something are kept as they are, as browsers do. */
function isDecoded({ headers, url }: HttpAnswer, labels: Labels): boolean {
  const isArchive = /gzip|x-tgz|zstd/.test(headerMediaType(labels.type)) || /\.(?:t?gz|zst)$/i.test(url.pathname);
  return isEncoded(headers) && !isArchive;
}

function labelsOf({ headers }: HttpAnswer): Labels {
  return { type: headers["content-type"] ?? "", disposition: headers["content-disposition"] ?? "" };
}

function typeOf(labels: Labels, url: URL): string {
  const said = headerMediaType(labels.type);
  if (said !== "" && said !== OCTETS) return said;
  return mediaTypeOf(dispositionName(labels.disposition) ?? url.pathname);
}

function nameOf(labels: Labels, url: URL, type: string): string {
  const said = dispositionName(labels.disposition);
  if (said) return said;
  const last = url.pathname.split("/").findLast((part) => part !== "");
  if (last?.includes(".")) return last;
  const ending = endingOfType(type);
  return `${last ?? url.hostname}${ending ? `.${ending}` : ""}`;
}

function cutShort({ url }: HttpAnswer, size: number, expected: number): BrowsingError {
  const message = `${url.href} ended after ${size} of ${expected} bytes.`;
  return new BrowsingError("network", message, { retryable: true });
}

function wrongType(url: string, type: string, types: string): BrowsingError {
  const message = `${url} is ${type}, and download was told to take only ${types}.`;
  return new BrowsingError("wrong_type", message, { retryable: false });
}

function tooLarge(url: string, maxBytes: number): BrowsingError {
  return new BrowsingError(
    "too_large",
    `${url} is larger than ${maxBytes} bytes; give download a greater maxBytes if that is intended.`,
    {
      retryable: false,
    },
  );
}

/** A full or broken disk is no fault of the network. */
function isStoreFault(error: unknown): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    ["disk_full", "ENOSPC", "EACCES", "EROFS", "EIO", "EMFILE", "EDQUOT"].includes(String(error.code))
  );
}
