/** Streams a URL into the file store with the session's cookies. */
import type { DownloadedFile, DownloadOptions } from "../../sdk/context.ts";
import { BrowsingError } from "../core/browsing.ts";
import { safeFileName } from "../core/file-name.ts";
import { type FileStore, FileTooLargeError } from "../core/files.ts";
import { endingOfType, headerMediaType, mediaTypeOf } from "../core/media-type.ts";
import { dispositionName } from "./content-disposition.ts";
import { Deadline } from "./deadline.ts";
import { decodeBody } from "./encoding.ts";
import { discard, type HttpAnswer } from "./http.ts";
import { statusError } from "./http-status.ts";
import { type HttpTier, requestHeaders } from "./http-visit.ts";
import { networkError } from "./network-error.ts";
import { follow } from "./redirects.ts";

const MAX_BYTES = 2 * 1024 ** 3;
const OCTETS = "application/octet-stream";

export async function download(
  tier: HttpTier,
  files: FileStore,
  url: URL,
  options: DownloadOptions,
): Promise<DownloadedFile> {
  const maxBytes = options.maxBytes ?? MAX_BYTES;
  let answer: HttpAnswer | null = null;
  try {
    answer = await begin(tier, url);
    await refuse(answer, maxBytes);
    const blob = await files.put(plainBytes(answer), { maxBytes });
    const type = typeOf(answer);
    const name = safeFileName(options.name ?? nameOf(answer, type));
    return { name, url: answer.url.href, sha256: blob.sha256, size: blob.size, type };
  } catch (error) {
    tier.signal.throwIfAborted();
    if (error instanceof FileTooLargeError) throw tooLarge(url.href, maxBytes);
    if (isStoreFault(error)) throw error;
    throw networkError(error, url, tier.timeout);
  } finally {
    answer?.body.destroy();
  }
}

/** Only the start is timed: how long a large file takes is the task's own time limit to say. */
async function begin(tier: HttpTier, url: URL): Promise<HttpAnswer> {
  const deadline = new Deadline(tier.timeout);
  try {
    const headers = { ...requestHeaders(tier, {}), accept: "*/*", "accept-encoding": "identity" };
    return await follow(tier, url, headers, deadline, AbortSignal.any([tier.signal, deadline.signal]));
  } finally {
    deadline.stop();
  }
}

async function refuse(answer: HttpAnswer, maxBytes: number): Promise<void> {
  const failed = statusError(answer.url.href, answer.status, answer.headers["retry-after"], Date.now());
  if (failed) {
    await discard(answer);
    throw failed;
  }
  if (Number(answer.headers["content-length"] ?? 0) > maxBytes) throw tooLarge(answer.url.href, maxBytes);
}

/** Archives that servers label as a compressed something are kept as they are, as browsers do. */
function plainBytes(answer: HttpAnswer): AsyncIterable<Uint8Array> {
  const type = headerMediaType(answer.headers["content-type"]);
  const isArchive = /gzip|x-tgz|zstd/.test(type) || /\.(?:t?gz|zst)$/i.test(answer.url.pathname);
  return isArchive ? answer.body : decodeBody(answer.body, answer.headers["content-encoding"]);
}

function typeOf(answer: HttpAnswer): string {
  const said = headerMediaType(answer.headers["content-type"]);
  if (said !== "" && said !== OCTETS) return said;
  return mediaTypeOf(dispositionName(answer.headers["content-disposition"]) ?? answer.url.pathname);
}

function nameOf(answer: HttpAnswer, type: string): string {
  const said = dispositionName(answer.headers["content-disposition"]);
  if (said) return said;
  const last = answer.url.pathname.split("/").findLast((part) => part !== "");
  if (last?.includes(".")) return last;
  const ending = endingOfType(type);
  return `${last ?? answer.url.hostname}${ending ? `.${ending}` : ""}`;
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
    ["ENOSPC", "EACCES", "EROFS", "EIO", "EMFILE", "EDQUOT"].includes(String(error.code))
  );
}
