/** Reads the body of a page whole, within a limit, and undoes its encoding. */
import { Buffer } from "node:buffer";
import { Readable } from "node:stream";
import { BrowsingError } from "../../core/browsing.ts";
import { decodeBody } from "./encoding.ts";
import type { HttpAnswer } from "./http.ts";
import { unpackBytes } from "./unpack.ts";

/** What is larger is no page that anybody reads. */
export const MAX_PAGE_BYTES = 32 * 1024 * 1024;
/** Up to this size as sent, a page is unpacked in one go: that costs a quarter of what a stream of its own does. */
const IN_ONE_GO = 256 * 1024;

/** @throws BrowsingError `too_large` */
export async function readPageBody(answer: HttpAnswer): Promise<Uint8Array> {
  const encoding = answer.headers["content-encoding"];
  const { chunks, ended } = await collect(answer.body, encoding === undefined ? MAX_PAGE_BYTES : IN_ONE_GO);
  if (ended) return unpacked(Buffer.concat(chunks), encoding, answer);
  if (encoding === undefined) throw tooLarge(answer);
  return readStream(decodeBody(Readable.from(rest(chunks, answer.body)), encoding), answer);
}

export function pageTooLarge(url: string): BrowsingError {
  return new BrowsingError(
    "too_large",
    `${url} is a page of more than ${MAX_PAGE_BYTES} bytes; use download for files.`,
    {
      retryable: false,
    },
  );
}

function unpacked(bytes: Buffer, encoding: string | undefined, answer: HttpAnswer): Uint8Array {
  try {
    return unpackBytes(bytes, encoding, MAX_PAGE_BYTES);
  } catch (error) {
    throw isBeyondLimit(error) ? tooLarge(answer) : error;
  }
}

function isBeyondLimit(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
}

interface Collected {
  readonly chunks: readonly Buffer[];
  /** False: there is more than the limit, which is still to be read. */
  readonly ended: boolean;
}

/** Without an iterator of its own, which costs as much as parsing a small page. */
function collect(body: Readable, limit: number): Promise<Collected> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (): void => {
      body.off("data", take).off("end", end).off("error", fail).off("close", end);
    };
    const end = (): void => {
      settle();
      if (body.readableEnded) resolve({ chunks, ended: true });
      else reject(body.errored ?? Object.assign(new Error("the answer broke off"), { code: "ECONNRESET" }));
    };
    const fail = (error: Error): void => {
      settle();
      reject(error);
    };
    const take = (chunk: Buffer): void => {
      chunks.push(chunk);
      size += chunk.byteLength;
      if (size <= limit) return;
      settle();
      body.pause();
      resolve({ chunks, ended: false });
    };
    body.on("data", take).on("end", end).on("error", fail).on("close", end);
  });
}

async function* rest(chunks: readonly Buffer[], body: Readable): AsyncGenerator<Buffer> {
  yield* chunks;
  yield* body as AsyncIterable<Buffer>;
}

async function readStream(body: Readable, answer: HttpAnswer): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > MAX_PAGE_BYTES) throw tooLarge(answer);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge({ url, body }: HttpAnswer): BrowsingError {
  body.destroy();
  return pageTooLarge(url.href);
}
