/** The file store on a local disk: `<folder>/<first two digits>/<sha256>`, each written aside and renamed when whole. */
import { createHash, randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { type FileHandle, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { DiskFullError, type FileStore, FileTooLargeError, type StoredBlob } from "../core/files.ts";
import { createPartials } from "./partials.ts";
import { isAlive } from "./process-alive.ts";

const SHA256 = /^[0-9a-f]{64}$/;
/** A part that nobody wrote to for this long belongs to nobody, even if a process now has its owner's number. */
const ABANDONED_AFTER = 3_600_000;

/** Opens (and makes, if needed) a store in `folder` and removes what writers that died left behind. */
export function createDiskFileStore(folder: string): FileStore {
  const parts = join(folder, "parts");
  mkdirSync(parts, { recursive: true, mode: 0o700 });
  sweep(parts);
  const partials = createPartials({ folder: join(folder, "partial"), adopt: (path, blob) => keep(path, folder, blob) });
  // Nobody waits for it: what is of no use any more only takes room.
  partials.sweep().catch(() => {});
  return {
    put: (source, options) => put(folder, parts, source, options?.maxBytes ?? Number.POSITIVE_INFINITY),
    open: (sha256, range) => openBlob(folder, sha256, range),
    has: async (sha256) => (await sizeOf(folder, sha256)) !== null,
    partial: (key) => partials.open(key),
  };
}

async function put(
  folder: string,
  parts: string,
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<StoredBlob> {
  const part = join(parts, `${process.pid}-${randomUUID()}`);
  try {
    const blob = await write(part, source, maxBytes);
    await keep(part, folder, blob);
    return blob;
  } catch (error) {
    await rm(part, { force: true });
    throw isFull(error) ? new DiskFullError(error) : error;
  }
}

function isFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");
}

async function write(part: string, source: AsyncIterable<Uint8Array>, maxBytes: number): Promise<StoredBlob> {
  const hash = createHash("sha256");
  let size = 0;
  const file = await open(part, "wx", 0o600);
  try {
    for await (const chunk of source) {
      size += chunk.byteLength;
      if (size > maxBytes) throw new FileTooLargeError(maxBytes);
      hash.update(chunk);
      await writeAll(file, chunk);
    }
  } finally {
    await file.close();
  }
  return { sha256: hash.digest("hex"), size };
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let offset = 0; offset < chunk.byteLength; ) {
    offset += (await file.write(chunk, offset)).bytesWritten;
  }
}

/** Renaming is atomic: a reader sees the whole blob or none, and two writers of the same bytes do each other no harm. */
async function keep(part: string, folder: string, blob: StoredBlob): Promise<void> {
  if ((await sizeOf(folder, blob.sha256)) === blob.size) return rm(part);
  // What is there already needs no waiting for the disk.
  await syncPath(part);
  const home = join(folder, blob.sha256.slice(0, 2));
  await mkdir(home, { recursive: true, mode: 0o700 });
  await rename(part, join(home, blob.sha256));
  await syncFolder(home);
}

/** Without this a power cut may forget the new name although the bytes are on the disk. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform !== "win32") await syncPath(folder, "r");
}

async function syncPath(path: string, flags = "r+"): Promise<void> {
  const handle = await open(path, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function openBlob(
  folder: string,
  sha256: string,
  range?: { start: number; end: number },
): Promise<ReadableStream<Uint8Array> | null> {
  if (!SHA256.test(sha256)) return null;
  const file = await open(pathOf(folder, sha256), "r").catch(nullWhenMissing);
  if (!file) return null;
  // The cast joins two declarations of one class: Node's own and the DOM library's.
  return Readable.toWeb(file.createReadStream(range ?? {})) as ReadableStream<Uint8Array>;
}

async function sizeOf(folder: string, sha256: string): Promise<number | null> {
  if (!SHA256.test(sha256)) return null;
  const found = await stat(pathOf(folder, sha256)).catch(nullWhenMissing);
  return found?.isFile() ? found.size : null;
}

function pathOf(folder: string, sha256: string): string {
  return join(folder, sha256.slice(0, 2), sha256);
}

function nullWhenMissing(error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT") return null;
  throw error;
}

function sweep(parts: string): void {
  for (const name of readdirSync(parts)) {
    const path = join(parts, name);
    const owner = Number(name.split("-", 1)[0]);
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    if (!isAlive(owner) || age > ABANDONED_AFTER) rmSync(path, { recursive: true, force: true });
  }
}
