/** The port of the file store: content-addressed, so the same bytes are kept once. */
import type { Beginning, Version } from "./resume.ts";

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
  /** What is there of a file that arrives bit by bit, from an attempt or a process that ended before it was whole. */
  partial(key: string): Promise<PartialFile>;
}

/** A file on its way into the store. Nobody else has it at the same time. Ends with `finish` or `leave`. */
export interface PartialFile {
  /** Null: nothing is there, or nothing that could be gone on with. */
  readonly beginning: Beginning | null;
  /** What its first answer said of it; null for what was killed before it was kept. */
  readonly labels: Labels | null;
  /** Forgets what is there. Null: what comes now cannot be gone on with later. */
  begin(version: Version | null, labels: Labels): Promise<void>;
  /** Adds bytes. Resolves with how many it has then. Rejects with code `too_large` above `maxBytes` in all, and forgets them. */
  append(source: AsyncIterable<Uint8Array>, maxBytes: number): Promise<number>;
  /** It is whole: moves it into the store. */
  finish(): Promise<StoredBlob>;
  /** Keeps what is there for another time, if it could be gone on with. Does nothing after `finish`. */
  leave(): Promise<void>;
}

/** Headers that name a file; the answer that brings the rest need not repeat them. */
export interface Labels {
  readonly type: string;
  readonly disposition: string;
}

export interface StagingStore {
  /** Where the folder of a run is, made or not. */
  path(runId: string): string;
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

/** The disk that holds the file store has no room left. */
export class DiskFullError extends Error {
  override readonly name = "DiskFullError";
  readonly code = "disk_full";

  constructor(cause: unknown) {
    super("The disk that holds the file store has no room: free some, then try again.", { cause });
  }
}
