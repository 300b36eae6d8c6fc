/** Refuses a database that this server cannot use, before anything is written to it: damaged, of a newer version, or no database. */
import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { Client } from "@libsql/client";
import { LibsqlError } from "@libsql/core/api";
import { readMigrationFiles } from "drizzle-orm/migrator";

/** The database cannot be used; the message says why and what to do. */
export class DatabaseUnusableError extends Error {
  override readonly name = "DatabaseUnusableError";
}

/** Up to here all pages are looked at; a larger file would hold up the start, and its damage is found out when it is read. */
const CHECKED_BYTES = 64 * 1024 * 1024;

/** What goes wrong in `work` is told of the database at `url`. */
export async function refuseUnusable<T>(url: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DatabaseUnusableError || !isDatabaseFault(error)) throw error;
    throw unusable(url, (error as Error).message, error);
  }
}

/**
 * Looks through a file for damage that SQLite would meet only when something is already running. Node's own SQLite can open it to
 * read only, so that not one byte of a file is changed that somebody may want to rescue; it is closed before any other opens it.
 */
export function refuseDamaged(url: string): void {
  const path = url.startsWith("file:") ? pathOf(url) : null;
  const size = path === null ? 0 : (statSync(path, { throwIfNoEntry: false })?.size ?? 0);
  if (path === null || size === 0 || size > CHECKED_BYTES) return;
  const file = new DatabaseSync(path, { readOnly: true });
  try {
    const found = file
      .prepare("PRAGMA quick_check(3)")
      .all()
      .map((row) => String(Object.values(row)[0]));
    if (found[0] !== "ok") throw unusable(url, found.join("; ").replace(/\s+/g, " "));
  } finally {
    file.close();
  }
}

/** A database whose tables a newer version has changed: this one would misread them. */
export async function refuseNewer(url: string, client: Client, migrationsFolder: string): Promise<void> {
  const { rows } = await client.execute("SELECT 1 FROM sqlite_master WHERE name = '__drizzle_migrations'");
  if (rows.length === 0) return;
  const last = await client.execute("SELECT max(created_at) AS at FROM __drizzle_migrations");
  const known = Math.max(...readMigrationFiles({ migrationsFolder }).map(({ folderMillis }) => folderMillis));
  if (Number(last.rows[0]?.at ?? 0) <= known) return;
  throw new DatabaseUnusableError(
    `the database ${placeOf(url)} was written by a newer version of Ultravisor. Start that version, or put a backup of this one's in its place.`,
  );
}

/** The drivers' own errors are no `LibsqlError`. */
function isDatabaseFault(error: unknown): boolean {
  return error instanceof LibsqlError || (error instanceof Error && "code" in error && /SQLITE_/.test(`${error.code}`));
}

function unusable(url: string, why: string, cause?: unknown): DatabaseUnusableError {
  const mend = url.startsWith("file:")
    ? `It was left as it is. Put a backup in its place: cp <data>/backups/<newest>.db ${placeOf(url)}, after moving it and its -wal and -shm files away.`
    : "Nothing was changed.";
  return new DatabaseUnusableError(`the database ${placeOf(url)} cannot be used: ${why}. ${mend}`, { cause });
}

/** Without a token that stands in the query. */
function placeOf(url: string): string {
  return url.startsWith("file:") ? pathOf(url) : (url.split("?", 1)[0] ?? url);
}

function pathOf(url: string): string {
  return url.slice("file:".length);
}
