/** A ZIP archive without times, so that the same files give the same bytes. */
import { crc32, deflateRawSync } from "node:zlib";

export interface ZipEntry {
  readonly name: string;
  readonly bytes: Buffer;
}

/** 1 January 1980, the format's own beginning. */
const DATE = 0x0021;
const UTF8_NAMES = 0x0800;
const DEFLATED = 8;

export function zip(entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes } of entries) {
    const packed = deflateRawSync(bytes);
    const about = description(name, bytes, packed);
    const local = Buffer.concat([words(0x04034b50, 4), words(20, 2), about, Buffer.from(name), packed]);
    // Made by, needed, description, comment length, disk, attributes, where the entry begins.
    const made = [words(0x02014b50, 4), words(20, 2), words(20, 2)];
    directory.push(
      Buffer.concat([
        ...made,
        about,
        words(0, 2),
        words(0, 2),
        words(0, 2),
        words(0, 4),
        words(offset, 4),
        Buffer.from(name),
      ]),
    );
    locals.push(local);
    offset += local.length;
  }
  const index = Buffer.concat(directory);
  const end = [
    words(0x06054b50, 4),
    words(0, 4),
    words(entries.length, 2),
    words(entries.length, 2),
    words(index.length, 4),
  ];
  return Buffer.concat([...locals, index, ...end, words(offset, 4), words(0, 2)]);
}

/** The part that an entry's two headers share: flags to the length of the extra field. */
function description(name: string, bytes: Buffer, packed: Buffer): Buffer {
  return Buffer.concat([
    words(UTF8_NAMES, 2),
    words(DEFLATED, 2),
    words(0, 2),
    words(DATE, 2),
    words(crc32(bytes), 4),
    words(packed.length, 4),
    words(bytes.length, 4),
    words(Buffer.byteLength(name), 2),
    words(0, 2),
  ]);
}

function words(value: number, bytes: 2 | 4): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntLE(value, 0, bytes);
  return buffer;
}
