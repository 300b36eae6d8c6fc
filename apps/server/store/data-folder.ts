/** The folder of everything the server keeps: made private, checked to be writable, and locked so that one server owns it. */

import { randomBytes } from "node:crypto";
import { chmodSync, closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";

/** The data folder cannot be used; the message says why and what to do. */
export class DataFolderError extends Error {
  override readonly name = "DataFolderError";
}

export interface DataFolder {
  readonly token: string;
  /** Tells the next server, should it meet this one, whom it met. */
  note(facts: { pid: number; url: string }): void;
  release(): void;
}

/**
 * The lock is an exclusive lock on a small SQLite file: the kernel drops it with the process, however that dies, so there is no
 * stale lock file to remove by hand.
 * @param token the configured token, or null to read (or make) `<folder>/token`
 */
export function openDataFolder(folder: string, token: string | null): DataFolder {
  const lock = refuse(folder, () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
    return takeLock(folder);
  });
  return {
    token: token ?? refuse(folder, () => readOrMakeToken(join(folder, "token"))),
    note: (facts) => writeFileSync(join(folder, "server.json"), JSON.stringify(facts), { mode: 0o600 }),
    release: () => lock.close(),
  };
}

/** Makes a database file that only its owner reads; SQLite gives the files beside it the same mode. */
export function touchPrivate(path: string): void {
  closeSync(openSync(path, "a", 0o600));
}

function takeLock(folder: string): InstanceType<typeof Database> {
  const path = join(folder, "lock.db");
  touchPrivate(path);
  const lock = new Database(path, { timeout: 100 });
  try {
    lock.exec("BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock.close();
    if (!String(error).includes("locked")) throw error;
    throw new DataFolderError(
      `${folder}: another Ultravisor server${owner(folder)} owns this data folder; stop it, or set ULTRAVISOR_DATA to another folder`,
    );
  }
}

function owner(folder: string): string {
  try {
    const { pid, url } = JSON.parse(readFileSync(join(folder, "server.json"), "utf8")) as { pid: number; url: string };
    return ` (pid ${pid}, ${url})`;
  } catch {
    return "";
  }
}

function readOrMakeToken(path: string): string {
  try {
    const token = readFileSync(path, "utf8").trim();
    if (token.length >= 16) return token;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const made = randomBytes(32).toString("base64url");
  writeFileSync(path, `${made}\n`, { mode: 0o600 });
  return made;
}

function refuse<T>(folder: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof DataFolderError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new DataFolderError(
      `${folder}: expected a folder this user can write to, got: ${why}; make it writable, or set ULTRAVISOR_DATA to another folder`,
      { cause: error },
    );
  }
}
