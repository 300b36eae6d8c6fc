/**
 * The one connection to the record database. Reads go straight to it; writes are groups of statements that commit whole or not
 * at all, and groups that arrive together share a transaction (one fsync for many finished task runs).
 *
 * Rules D1–D8 behind this: libSQL bundles an SQLite whose WAL bug needs two connections, so there is never a second one
 * (`concurrency: 1`, no interactive transactions); after any SQLITE_BUSY the connection is poisoned, so it is thrown away.
 */
import { fileURLToPath } from "node:url";
import { type Client, createClient, type InStatement, LibsqlError, type ResultSet } from "@libsql/client";
import { drizzle, type LibSQLDatabase } from "drizzle-orm/libsql";
import { migrate } from "drizzle-orm/libsql/migrator";
import { UltravisorError } from "../core/errors.ts";
import { touchPrivate } from "./data-folder.ts";

export interface DatabaseOptions {
  /** `file:/path/ultravisor.db`, or `libsql://…` with a token in the query. */
  readonly url: string;
  /** How long SQLite may block this process while another one holds the file, in ms. */
  readonly busyTimeout?: number;
}

/** A statement built by Drizzle (`toSQL()`), or SQL with arguments. */
export type Statement = { toSQL(): { sql: string; params: unknown[] } } | InStatement;

export interface Database {
  readonly db: LibSQLDatabase;
  /** Commits all statements or none. Rejects with `FenceError` when a fence in them did not hold. */
  write(statements: readonly Statement[]): Promise<ResultSet[]>;
  read(sql: string, args: readonly unknown[]): Promise<ResultSet>;
  sqliteVersion(): Promise<string>;
  close(): void;
}

/** A guarded write met no row: somebody else has moved it on. */
export class FenceError extends Error {
  override readonly name = "FenceError";
}

/** Goes right after a guarded write: all of the group is undone unless exactly one row was written. */
export const FENCE: InStatement = "UPDATE fence SET held = changes()";

const MIGRATIONS = fileURLToPath(new URL("../../../drizzle", import.meta.url));
const BUSY_RETRIES = 8;

/** Opens the database, brings its schema up to date and returns the only door to it. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const local = options.url.startsWith("file:");
  if (local) touchPrivate(options.url.slice("file:".length));
  const client = createClient({ url: options.url, timeout: options.busyTimeout ?? 500, concurrency: 1 });
  const db = drizzle(client);
  if (local) await client.execute("PRAGMA journal_mode = WAL");
  await migrate(db, { migrationsFolder: MIGRATIONS });
  if (local) await configure(client);
  const commit = groupCommits((statements) => runBatch(client, local, statements));
  return {
    db,
    write: (statements) => commit(statements.map(toStatement)),
    read: (sql, args) => client.execute({ sql, args: args as never[] }),
    sqliteVersion: async () => String((await client.execute("SELECT sqlite_version() AS v")).rows[0]?.v),
    close: () => client.close(),
  };
}

/** FULL: what was answered with 2xx survives a power cut (promise P1). */
async function configure(client: Client): Promise<void> {
  await client.execute("PRAGMA synchronous = FULL");
  await client.execute("PRAGMA foreign_keys = ON");
}

function toStatement(statement: Statement): InStatement {
  if (typeof statement === "string" || !("toSQL" in statement)) return statement;
  const { sql, params } = statement.toSQL();
  return { sql, args: params as never[] };
}

async function runBatch(client: Client, local: boolean, statements: InStatement[]): Promise<ResultSet[]> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await client.batch(statements, "write");
    } catch (error) {
      if (!(error instanceof LibsqlError)) throw error;
      if (error.message.includes("fence_held")) throw new FenceError("a guarded write met no row");
      if (error.code !== "SQLITE_BUSY") throw databaseError(error);
      await client.reconnect();
      if (local) await configure(client);
      if (attempt >= BUSY_RETRIES) throw databaseError(error);
      await pause(25 * 2 ** attempt * (0.5 + Math.random() / 2));
    }
  }
}

function databaseError(error: LibsqlError): Error {
  if (error.code === "SQLITE_BUSY") {
    return new UltravisorError(
      "database_busy",
      "another process holds the database; it is free again in a moment: try again",
      { cause: error },
    );
  }
  if (error.code === "SQLITE_FULL" || error.code === "SQLITE_IOERR") {
    return new UltravisorError(
      "disk_full",
      "the disk that holds the data folder has no room: free some, then try again",
      { cause: error },
    );
  }
  return error;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

interface Group {
  readonly statements: InStatement[];
  readonly resolve: (results: ResultSet[]) => void;
  readonly reject: (error: unknown) => void;
}

/** The write mutex: one batch at a time, made of every group that came while the one before was under way. */
function groupCommits(
  run: (statements: InStatement[]) => Promise<ResultSet[]>,
): (statements: InStatement[]) => Promise<ResultSet[]> {
  const MOST_GROUPS = 64;
  let pending: Group[] = [];
  let busy = false;
  async function drain(): Promise<void> {
    while (pending.length > 0) {
      const groups = pending.slice(0, MOST_GROUPS);
      pending = pending.slice(MOST_GROUPS);
      await commitTogether(groups, run);
    }
    busy = false;
  }
  return (statements) =>
    new Promise((resolve, reject) => {
      pending.push({ statements, resolve, reject });
      if (busy) return;
      busy = true;
      setImmediate(() => void drain());
    });
}

/** When one group fails, the others must not: each is then tried alone. */
async function commitTogether(
  groups: readonly Group[],
  run: (statements: InStatement[]) => Promise<ResultSet[]>,
): Promise<void> {
  if (groups.length > 1) {
    try {
      const results = await run(groups.flatMap((group) => group.statements));
      let from = 0;
      for (const group of groups) {
        group.resolve(results.slice(from, from + group.statements.length));
        from += group.statements.length;
      }
      return;
    } catch {
      // fall through: find out which group it was
    }
  }
  for (const group of groups) {
    try {
      group.resolve(await run(group.statements));
    } catch (error) {
      group.reject(error);
    }
  }
}
