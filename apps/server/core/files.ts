/** The port of the file store: content-addressed, so the same bytes are kept once. */

export interface StoredBlob {
  readonly sha256: string;
  readonly size: number;
}

export interface FileStore {
  /** Streams bytes in; the blob appears whole or not at all. Rejects with code `too_large` above `maxBytes`. */
  put(source: AsyncIterable<Uint8Array>, options?: { maxBytes?: number }): Promise<StoredBlob>;
  /** Streams bytes out; `start` and `end` (inclusive) for ranges. Null: no such blob. */
  open(sha256: string, range?: { start: number; end: number }): Promise<ReadableStream<Uint8Array> | null>;
  has(sha256: string): Promise<boolean>;
}

export interface StagingStore {
  /** Makes (if needed) and returns the absolute path of a run's staging folder. */
  folder(runId: string): Promise<string>;
  remove(runId: string): Promise<void>;
}

/** What `put` rejects with above `maxBytes`. */
export class FileTooLargeError extends Error {
  override readonly name = "FileTooLargeError";
  readonly code = "too_large";
  readonly maxBytes: number;

  constructor(maxBytes: number) {
    super(`The file is larger than the ${maxBytes} bytes allowed for it; raise maxBytes if that is intended.`);
    this.maxBytes = maxBytes;
  }
}
