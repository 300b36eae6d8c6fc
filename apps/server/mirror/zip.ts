/** A ZIP that is made while it is read, of any size. */
import { Readable } from "node:stream";
import { ZipFile } from "yazl";

export interface ZipEntry {
  readonly path: string;
  /** Stored as it is: it is packed already, or must be found at an offset. */
  readonly packed?: boolean;
  readonly time?: Date;
  /** Asked for when its turn has come. */
  open(): Promise<Buffer | AsyncIterable<Uint8Array>>;
}

export function zip(entries: Iterable<ZipEntry>): AsyncIterable<Uint8Array> {
  const file = new ZipFile();
  const output = file.outputStream as Readable;
  file.on("error", (error: Error) => output.destroy(error));
  for (const { path, packed = false, time = new Date(), open } of entries) {
    file.addReadStreamLazy(path, { compress: !packed, mtime: time, mode: 0o100644 }, (use) => {
      open().then(
        (content) => use(null, Buffer.isBuffer(content) ? Readable.from([content]) : Readable.from(content)),
        (error: Error) => use(error, Readable.from([])),
      );
    });
  }
  file.end();
  return output;
}
