/** Undoes Content-Encoding while the bytes stream: gzip, deflate, br and zstd, alone or one upon the other. */
import { Duplex, pipeline, Readable } from "node:stream";
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
  type ZlibOptions,
} from "node:zlib";

export const ACCEPTED_ENCODINGS = "gzip, deflate, br, zstd";
/** 8 MiB, as in browsers. */
export const ZSTD_WINDOW = { [constants.ZSTD_d_windowLogMax]: 23 };

/**
 * The plain bytes of a body.
 * @param want `any`: a body cut short gives what it has, as in browsers; `whole`: it is an error
 */
export function decodeBody(
  body: Readable,
  contentEncoding: string | undefined,
  want: "any" | "whole" = "any",
): Readable {
  return encodingsIn(contentEncoding).reduceRight<Readable>((stream, name) => {
    const decoder = decoderOf(name, want === "any");
    // `pipeline` passes errors and early ends both ways; its callback has nothing to add.
    return decoder ? pipeline(stream, decoder, () => {}) : stream;
  }, body);
}

/** What a header names, in the order in which it was applied. */
export function encodingsIn(contentEncoding: string | undefined): string[] {
  return (contentEncoding ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "" && name !== "identity");
}

/** Some servers say deflate and send it without the zlib wrapping that the word stands for; the first byte tells. */
export function isWrapped(bytes: Uint8Array): boolean {
  return ((bytes[0] ?? 0) & 0x0f) === 8;
}

function decoderOf(name: string, mayEndEarly: boolean): Duplex | null {
  const zlib = mayEndEarly ? { finishFlush: constants.Z_SYNC_FLUSH } : {};
  switch (name) {
    case "gzip":
    case "x-gzip":
      return createGunzip(zlib);
    case "deflate":
      return Duplex.from((source: AsyncIterable<Buffer>) => inflateEither(source, zlib));
    case "br":
      return createBrotliDecompress(mayEndEarly ? { finishFlush: constants.BROTLI_OPERATION_FLUSH } : {});
    case "zstd":
      return createZstdDecompress({
        params: ZSTD_WINDOW,
        ...(mayEndEarly ? { finishFlush: constants.ZSTD_e_flush } : {}),
      });
    default:
      return null;
  }
}

async function* inflateEither(source: AsyncIterable<Buffer>, options: ZlibOptions): AsyncGenerator<Buffer> {
  const chunks = source[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done) return;
  const inflate = isWrapped(first.value) ? createInflate(options) : createInflateRaw(options);
  async function* whole(): AsyncGenerator<Buffer> {
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => chunks };
  }
  yield* pipeline(Readable.from(whole()), inflate, () => {});
}
