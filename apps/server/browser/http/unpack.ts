/** Undoes Content-Encoding of a body that is there as a whole. */
import type { Buffer } from "node:buffer";
import {
  brotliDecompressSync,
  constants,
  gunzipSync,
  inflateRawSync,
  inflateSync,
  type ZlibOptions,
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
      return gunzip(bytes, zlib);
    case "deflate":
      return isWrapped(bytes) ? inflateSync(bytes, zlib) : inflateRawSync(bytes, zlib);
    case "br":
      return brotliDecompressSync(bytes, { finishFlush: constants.BROTLI_OPERATION_FLUSH, maxOutputLength });
    case "zstd":
      return zstdDecompressSync(bytes, { params: ZSTD_WINDOW, finishFlush: constants.ZSTD_e_flush, maxOutputLength });
    default:
      return bytes;
  }
}

function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8;
}

/** RFC 1952, 2.3: what may stand before the packed bytes. */
const HEADER = { length: 10, checked: 2, extra: 4, name: 8, comment: 16 };

/** What follows the packed bytes and is not packed itself (a PHP warning, say) is left out, as browsers do. */
function gunzip(bytes: Buffer, options: ZlibOptions): Buffer {
  try {
    return gunzipSync(bytes, options);
  } catch (error) {
    const start = headerEnd(bytes);
    if (start === null || !(error instanceof Error && "code" in error && error.code === "Z_DATA_ERROR")) throw error;
    return inflateRawSync(bytes.subarray(start), options);
  }
}

function headerEnd(bytes: Buffer): number | null {
  if (!isGzip(bytes)) return null;
  const flags = bytes[3] ?? 0;
  let at = HEADER.length;
  if (flags & HEADER.extra) at += 2 + (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0);
  for (const field of [HEADER.name, HEADER.comment]) if (flags & field) at = bytes.indexOf(0, at) + 1 || bytes.length;
  return flags & HEADER.checked ? at + 2 : at;
}
