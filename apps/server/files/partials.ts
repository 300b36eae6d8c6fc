/**
 * Beginnings of files: `<folder>/<key>.<total>.<validator>.<owner>.<number>`. The name says all that is needed to go on, so one rename
 * hands a beginning from one owner to the next, and `kill -9` at any byte leaves what can be gone on with.
 */
import { createHash, type Hash, randomUUID } from "node:crypto";
import { createReadStream, mkdirSync } from "node:fs";
import { type FileHandle, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { uptime } from "node:os";
import { join } from "node:path";
import { DiskFullError, FileTooLargeError, type Labels, type PartialFile, type StoredBlob } from "../core/files.ts";
import type { Beginning, Version } from "../core/resume.ts";
import { isAlive } from "./process-alive.ts";

export interface PartialsOptions {
  readonly folder: string;
  /** Takes a whole file over into the store. */
  adopt(path: string, blob: StoredBlob): Promise<void>;
}

export interface Partials {
  /** @param key what the bytes are of, such as a URL */
  open(key: string): Promise<PartialFile>;
  /** Removes what is too old, too much, or of no use. */
  sweep(): Promise<void>;
}

/** A beginning that nobody asked for in a week is not asked for any more. */
const MAX_AGE = 7 * 86_400_000;
const MAX_FILES = 200;
const MAX_BYTES = 16 * 1024 ** 3;
/** No download is silent for longer, so the owner of such a number is another process by now. */
const SILENT = 600_000;
/** Owner of what is to be had. Its bytes are on the disk. */
const NOBODY = 0;

export function createPartials(options: PartialsOptions): Partials {
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  const mine = new Set<string>();
  return {
    async open(key) {
      const digest = createHash("sha256").update(key).digest("hex").slice(0, 32);
      return new Partial(options, mine, digest, await take(options.folder, mine, digest));
    },
    sweep: () => sweep(options.folder, mine),
  };
}

interface Part {
  readonly name: string;
  readonly key: string;
  readonly version: Version | null;
  readonly owner: number;
}

class Partial implements PartialFile {
  readonly #options: PartialsOptions;
  readonly #mine: Set<string>;
  readonly #key: string;
  #part: Part | null = null;
  #size = 0;
  #labels: Labels | null = null;
  /** Null: what is there has yet to be read. */
  #hash: Hash | null = null;

  constructor(options: PartialsOptions, mine: Set<string>, key: string, taken: Taken | null) {
    this.#options = options;
    this.#mine = mine;
    this.#key = key;
    if (taken) [this.#part, this.#size, this.#labels] = [taken.part, taken.size, taken.labels];
  }

  get beginning(): Beginning | null {
    return this.#part?.version && this.#size > 0 ? { ...this.#part.version, size: this.#size } : null;
  }

  get labels(): Labels | null {
    return this.#labels;
  }

  async begin(version: Version | null, labels: Labels): Promise<void> {
    await this.#forget();
    const part = { key: this.#key, version, owner: process.pid };
    this.#part = { ...part, name: nameOf(part) };
    this.#labels = labels;
    this.#hash = createHash("sha256");
    this.#mine.add(this.#part.name);
  }

  async append(source: AsyncIterable<Uint8Array>, maxBytes: number): Promise<number> {
    const hash = await this.#hashSoFar();
    const file = await open(this.#path(), "a", 0o600).catch(told);
    let isWriting = false;
    try {
      for await (const chunk of source) {
        // What a disk refused may be there by half, and what is too large is of no use.
        isWriting = true;
        this.#size += chunk.byteLength;
        if (this.#size > maxBytes) throw new FileTooLargeError(maxBytes);
        await writeAll(file, chunk);
        hash.update(chunk);
        isWriting = false;
      }
    } catch (error) {
      if (isWriting) await this.#forget();
      throw error;
    } finally {
      await file.close();
    }
    return this.#size;
  }

  async finish(): Promise<StoredBlob> {
    const path = this.#path();
    const hash = await this.#hashSoFar();
    const blob = { sha256: hash.digest("hex"), size: this.#size };
    await this.#options.adopt(path, blob);
    await rm(labelsPath(this.#options.folder, this.#key), { force: true });
    await this.#forget();
    return blob;
  }

  async leave(): Promise<void> {
    const part = this.#part;
    if (!part?.version || this.#size === 0) return this.#forget();
    this.#part = null;
    const path = join(this.#options.folder, part.name);
    const file = await open(path, "a", 0o600);
    await file.sync().finally(() => file.close());
    const labels = { validator: part.version.validator, labels: this.#labels };
    await writeFile(labelsPath(this.#options.folder, part.key), JSON.stringify(labels), { mode: 0o600 });
    await rename(path, join(this.#options.folder, nameOf({ ...part, owner: NOBODY })));
    this.#mine.delete(part.name);
    await sweep(this.#options.folder, this.#mine);
  }

  async #hashSoFar(): Promise<Hash> {
    this.#hash ??= await hashOf(this.#path());
    return this.#hash;
  }

  #path(): string {
    if (this.#part) return join(this.#options.folder, this.#part.name);
    throw new Error("a partial file was written to before it began");
  }

  async #forget(): Promise<void> {
    const part = this.#part;
    this.#part = null;
    this.#size = 0;
    this.#hash = null;
    if (!part) return;
    await rm(join(this.#options.folder, part.name), { force: true });
    this.#mine.delete(part.name);
  }
}

interface Taken {
  readonly part: Part;
  readonly size: number;
  readonly labels: Labels | null;
}

/** The longest beginning of a key that nobody works on. Whoever renames it first has it. */
async function take(folder: string, mine: Set<string>, key: string): Promise<Taken | null> {
  const found = await listing(folder, mine, key);
  const free = found.filter((entry) => entry.free && entry.part.version).sort((a, b) => b.size - a.size);
  for (const { part, size } of free) {
    const own = { ...part, owner: process.pid };
    const name = nameOf(own);
    mine.add(name);
    const gotIt = await rename(join(folder, part.name), join(folder, name)).then(
      () => true,
      () => false,
    );
    if (gotIt) return { part: { ...own, name }, size, labels: await readLabels(folder, part) };
    mine.delete(name);
  }
  return null;
}

interface Entry {
  readonly part: Part;
  readonly size: number;
  readonly age: number;
  /** Nobody works on it, and its bytes are whole. */
  readonly free: boolean;
  readonly dead: boolean;
}

async function listing(folder: string, mine: Set<string>, key = ""): Promise<Entry[]> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(key));
  const entries = names.map(async (name): Promise<Entry | null> => {
    const part = partOf(name);
    const facts = part && (await stat(join(folder, name)).catch(() => null));
    if (!part || !facts) return null;
    const age = Date.now() - facts.mtimeMs;
    const dead = part.owner !== NOBODY && !mine.has(name) && (!isAlive(part.owner, true) || age > SILENT);
    // Bytes of a killed writer are safe in the system's memory, unless the machine itself went down.
    const free = part.owner === NOBODY || (dead && age < uptime() * 1000);
    return { part, size: facts.size, age, free, dead };
  });
  return (await Promise.all(entries)).filter((entry) => entry !== null);
}

async function sweep(folder: string, mine: Set<string>): Promise<void> {
  const entries = (await listing(folder, mine)).sort((a, b) => a.age - b.age);
  let [files, bytes] = [0, 0];
  for (const { part, size, age, free, dead } of entries) {
    if (!free && !dead) continue;
    const isUseful = free && part.version !== null && size > 0 && age < MAX_AGE;
    if (isUseful && files + 1 <= MAX_FILES && bytes + size <= MAX_BYTES) [files, bytes] = [files + 1, bytes + size];
    else
      await Promise.all(
        [join(folder, part.name), labelsPath(folder, part.key)].map((path) => rm(path, { force: true })),
      );
  }
}

function nameOf({ key, version, owner }: Omit<Part, "name">): string {
  const validator = Buffer.from(version?.validator ?? "").toString("base64url");
  return `${key}.${version?.total ?? ""}.${validator}.${owner}.${randomUUID().slice(0, 8)}`;
}

function partOf(name: string): Part | null {
  const match = /^([0-9a-f]{32})\.(\d*)\.([\w-]*)\.(\d+)\.[0-9a-f]{8}$/.exec(name);
  if (!match) return null;
  const [, key = "", total = "", encoded = "", owner = ""] = match;
  const validator = Buffer.from(encoded, "base64url").toString();
  const version = validator === "" ? null : { validator, total: total === "" ? null : Number(total) };
  return { name, key, version, owner: Number(owner) };
}

function labelsPath(folder: string, key: string): string {
  return join(folder, `${key}.json`);
}

async function readLabels(folder: string, { key, version }: Part): Promise<Labels | null> {
  try {
    const kept = JSON.parse(await readFile(labelsPath(folder, key), "utf8")) as { validator: string; labels: Labels };
    return kept.validator === version?.validator ? kept.labels : null;
  } catch {
    return null;
  }
}

async function hashOf(path: string): Promise<Hash> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path) as AsyncIterable<Uint8Array>) hash.update(chunk);
  return hash;
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let offset = 0; offset < chunk.byteLength; ) {
    offset += (await file.write(chunk, offset).catch(told)).bytesWritten;
  }
}

function told(error: NodeJS.ErrnoException): never {
  throw error.code === "ENOSPC" || error.code === "EDQUOT" ? new DiskFullError(error) : error;
}
