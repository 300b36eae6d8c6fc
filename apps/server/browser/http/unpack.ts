/** Undoes Content-Encoding of a body that is there as a whole. */
import type { Buffer } from "node:buffer";
import {
  brotliDecompressSync,
  constants,
  gunzipSync,
  inflateRawSync,
  inflateSync,
  zstdDecompressSync,
} from "node:zlib";
import { encodingsIn, isWrapped, ZSTD_WINDOW } from "./encoding.ts";

/**
 * The plain bytes; a body cut short gives what it has, as in browsers. Servers lie: what is said to be packed and begins like a
 * page is a page, and what begins like gzip is that, said or not.
 * @throws an error with the code ERR_BUFFER_TOO_LARGE when they are more than `max`
 */
export function unpackBytes(bytes: Buffer, contentEncoding: string | undefined, max: number): Buffer {
  const names = encodingsIn(contentEncoding);
  if (names.length === 0) return isGzip(bytes) ? unpack(bytes, "gzip", max) : bytes;
  try {
    return names.reduceRight((packed, name) => unpack(packed, name, max), bytes);
  } catch (error) {
    if (/^\s*</.test(bytes.toString("latin1", 0, 64))) return bytes;
    throw error;
  }
}

function unpack(bytes: Buffer, name: string, maxOutputLength: number): Buffer {
  if (bytes.length === 0) return bytes;
  const zlib = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength };
  switch (name) {
    case "gzip":
    case "x-gzip":
      return gunzipSync(bytes, zlib);
    case "deflate":
      return isWrapped(bytes) ? inflateSync(bytes, zlib) : inflateRawSync(bytes, zlib);
    case "br":
      return brotliDecompressSync(bytes, { finishFlush: constants.BROTLI_OPERATION_FLUSH, maxOutputLength });
    case "zstd":
      return zstdDecompressSync(bytes, { params: ZSTD_WINDOW, maxOutputLength });
    default:
      return bytes;
  }
}

function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8;
}
