import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { unpackBytes } from "../../../../apps/server/browser/http/unpack.ts";

const MAX = 10_000_000;
const page = Buffer.from(Array.from({ length: 20_000 }, (_, n) => `<p>${Math.sqrt(n)}</p>`).join(""));
const PACKED: readonly (readonly [string, Buffer])[] = [
  ["gzip", gzipSync(page)],
  ["deflate", deflateSync(page)],
  ["deflate", deflateRawSync(page)],
  ["br", brotliCompressSync(page)],
  ["zstd", zstdCompressSync(page)],
];

describe("A packed body", () => {
  test.each(PACKED)("(%s) is unpacked, and what follows it is left out", (encoding, packed) => {
    expect(unpackBytes(packed, encoding, MAX).equals(page)).toBe(true);
    expect(unpackBytes(Buffer.concat([packed, Buffer.from("<br>Warning")]), encoding, MAX).equals(page)).toBe(true);
  });

  test.each(PACKED)("(%s) that was cut gives what it has", (encoding, packed) => {
    const found = unpackBytes(packed.subarray(0, packed.length / 2), encoding, MAX);
    expect(found.equals(page.subarray(0, found.length))).toBe(true);
    expect(found.length).toBeGreaterThan(page.length / 5);
  });

  test("of several parts is unpacked whole", () => {
    const parts = Buffer.concat([gzipSync("<p>one"), gzipSync("<p>two")]);
    expect(unpackBytes(parts, "gzip", MAX).toString()).toBe("<p>one<p>two");
  });

  test("with a name in its header is unpacked although something follows it", () => {
    const packed = gzipSync("<p>page");
    const named = Buffer.concat([packed.subarray(0, 10), Buffer.from("page.html\0"), packed.subarray(10)]);
    named[3] = 8;
    expect(unpackBytes(Buffer.concat([named, Buffer.from("\n\n")]), "gzip", MAX).toString()).toBe("<p>page");
  });

  test("that is damaged is an error, and one that is not packed at all is taken as it is", () => {
    const damaged = gzipSync(page).fill(0xaa, 1000, 1100);
    expect(() => unpackBytes(damaged, "gzip", MAX)).toThrow();
    expect(unpackBytes(page, "gzip", MAX).equals(page)).toBe(true);
  });
});
