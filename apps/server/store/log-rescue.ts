/**
 * Gets a write-ahead log onto a disk that has refused it. After a failed fsync Linux takes the pages it could not write for clean:
 * the next fsync succeeds without having written them, and a file system may show what the file held before (Rebello et al., "Can
 * Applications Recover from fsync Failures?", USENIX ATC 2020). So the log is read once, proven whole by its own checksums, and
 * written anew from memory, which makes its pages dirty again, until an fsync of that succeeds.
 */
import { closeSync, fdatasync, openSync, readFileSync, writeSync } from "node:fs";
import { promisify } from "node:util";

/** What was committed, and not yet on the disk, can be read no more. */
export class LogLostError extends Error {
  override readonly name = "LogLostError";
}

/** Where things are in a log and its frames: https://sqlite.org/fileformat.html#the_write_ahead_log, in bytes. */
const HEADER = 32;
const FRAME_HEADER = 24;
const USER_VERSION = 60;
/** The lowest bit of the magic number tells the order of bytes in what is summed up. */
const MAGIC = 0x377f0682;

/**
 * The log up to its last frame, which has to be the commit of `PRAGMA user_version = mark`: then nothing before it is missing.
 * @throws LogLostError
 */
export function readMarkedLog(path: string, mark: number): Buffer {
  const log = readFileSync(path);
  const end = endOfLog(log);
  if (end === null || end.userVersion !== mark)
    throw new LogLostError(
      `${path} can no longer be read as it was written: the disk failed, and the system forgot it`,
    );
  return log.subarray(0, end.bytes);
}

/** Resolves when the disk has it. */
export async function writeLogAgain(path: string, log: Buffer): Promise<void> {
  const file = openSync(path, "r+");
  try {
    for (let at = 0; at < log.length; ) at += writeSync(file, log, at, log.length - at, at);
    await promisify(fdatasync)(file);
  } finally {
    closeSync(file);
  }
}

interface LogEnd {
  readonly bytes: number;
  /** As the last frame sets it; null: it holds no first page, or is not the end of a commit. */
  readonly userVersion: number | null;
}

/** Where the chain of checksums ends: what a start after a crash would recover. */
function endOfLog(log: Buffer): LogEnd | null {
  if (log.length < HEADER || (log.readUInt32BE(0) & ~1) >>> 0 !== MAGIC) return null;
  const size = FRAME_HEADER + log.readUInt32BE(8);
  const sum = checksums(log, (log.readUInt32BE(0) & 1) === 1);
  if (!sum.follows(0, 24, 24)) return null;
  const salts = log.subarray(16, 24);
  let last: LogEnd = { bytes: HEADER, userVersion: null };
  for (let at = HEADER; at + size <= log.length; at += size) {
    sum.add(at, 8);
    const isOfThisLog = log.subarray(at + 8, at + 16).equals(salts);
    if (!isOfThisLog || !sum.follows(at + FRAME_HEADER, size - FRAME_HEADER, at + 16)) break;
    const isMark = log.readUInt32BE(at) === 1 && log.readUInt32BE(at + 4) !== 0;
    const userVersion = isMark ? log.readUInt32BE(at + FRAME_HEADER + USER_VERSION) : null;
    last = { bytes: at + size, userVersion };
  }
  return last;
}

/** SQLite's sums over the log, each going on from the one before. */
function checksums(log: Buffer, isBigEndian: boolean) {
  const view = new DataView(log.buffer, log.byteOffset, log.length);
  let first = 0;
  let second = 0;
  const add = (at: number, bytes: number): void => {
    for (let word = at; word < at + bytes; word += 8) {
      first = (first + view.getUint32(word, !isBigEndian) + second) >>> 0;
      second = (second + view.getUint32(word + 4, !isBigEndian) + first) >>> 0;
    }
  };
  return {
    add,
    /** Adds them, and says whether that gives the sum that is written at `sumAt`. */
    follows(at: number, bytes: number, sumAt: number): boolean {
      add(at, bytes);
      return view.getUint32(sumAt) === first && view.getUint32(sumAt + 4) === second;
    },
  };
}
