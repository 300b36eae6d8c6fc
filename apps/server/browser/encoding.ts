/** Undoes Content-Encoding while the bytes stream: gzip, deflate, br and zstd, alone or one upon the other. */
import { Duplex, pipeline, Readable } from "node:stream";
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from "node:zlib";

export const ACCEPTED_ENCODINGS = "gzip, deflate, br, zstd";

/** The plain bytes of a body. A body cut short gives what it has, as in browsers. */
export function decodeBody(body: Readable, contentEncoding: string | undefined): Readable {
  const names = (contentEncoding ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "" && name !== "identity");
  return names.reduceRight<Readable>((stream, name) => {
    const decoder = decoderOf(name);
    // `pipeline` passes errors and early ends both ways; its callback has nothing to add.
    return decoder ? pipeline(stream, decoder, () => {}) : stream;
  }, body);
}

function decoderOf(name: string): Duplex | null {
  switch (name) {
    case "gzip":
    case "x-gzip":
      return createGunzip({ finishFlush: constants.Z_SYNC_FLUSH });
    case "deflate":
      return Duplex.from(inflateEither);
    case "br":
      return createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH });
    case "zstd":
      return createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: 23 } });
    default:
      return null;
  }
}

/** Some servers say deflate and send it without the zlib wrapping that the word stands for; the first byte tells. */
async function* inflateEither(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const chunks = source[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done) return;
  const options = { finishFlush: constants.Z_SYNC_FLUSH };
  const inflate = ((first.value[0] ?? 0) & 0x0f) === 8 ? createInflate(options) : createInflateRaw(options);
  async function* whole(): AsyncGenerator<Buffer> {
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => chunks };
  }
  yield* pipeline(Readable.from(whole()), inflate, () => {});
}
