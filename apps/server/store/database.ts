/**
 * The one connection to the record database. Reads go straight to it; writes are groups of statements that commit whole or not
 * at all, and groups that arrive together share a transaction (one fsync for many finished task runs).
 *
 * Rules D1–D8 behind this: libSQL bundles an SQLite whose WAL bug needs two connections, so there is never a second one
 * (`concurrency: 1`, no interactive transactions); after any SQLITE_BUSY the connection is poisoned, so it is thrown away.
 */
import { fileURLToPath } from "node:url";
import type { Client, InStatement, ResultSet } from "@libsql/client";
import { LibsqlError } from "@libsql/core/api";
import type { ExtractTablesWithRelations } from "drizzle-orm";
import { LibSQLDatabase } from "drizzle-orm/libsql/driver-core";
import { migrate } from "drizzle-orm/libsql/migrator";
import { LibSQLSession } from "drizzle-orm/libsql/session";
import { SQLiteAsyncDialect } from "drizzle-orm/sqlite-core";
import { UltravisorError } from "../core/errors.ts";
import { type DiskCare, noRoom, patientDisk } from "./disk-patience.ts";
import { groupCommits } from "./group-commit.ts";
import { createLocalClient } from "./local-client.ts";
import { refuseDamaged, refuseNewer, refuseUnusable } from "./usable.ts";

export interface DatabaseOptions {
  /** `file:/path/ultravisor.db`, or `libsql://…` with a token in the query. */
  readonly url: string;
  /** How long SQLite may block this process while another one holds the file, in ms. */
  readonly busyTimeout?: number;
  readonly disk?: DiskCare;
}

/** A statement built by Drizzle (`toSQL()`), or SQL with arguments. */
export type Statement = { toSQL(): { sql: string; params: unknown[] } } | InStatement;

export interface WriteOptions {
  /** False: a power cut (not a crash) may undo it; for what the next start would do again by itself. */
  readonly durable?: boolean;
  /**
   * What is to be done once for everything that is committed together about the same thing. The results stand behind those of the
   * last group that asked for it; the others do not see them.
   */
  readonly after?: { readonly about: string; readonly statements: readonly Statement[] };
}

export interface Database {
  readonly db: LibSQLDatabase;
  /** Commits all statements or none. Rejects with `FenceError` when a fence in them did not hold. */
  write(statements: readonly Statement[], options?: WriteOptions): Promise<ResultSet[]>;
  read(sql: string, args: readonly unknown[]): Promise<ResultSet>;
  sqliteVersion(): Promise<string>;
  /** Hands out the database file as it is now, to be read until `work` has ended. Null: the database is on a server of its own. */
  readonly withFileAtRest: (<T>(work: (file: string) => Promise<T>) => Promise<T>) | null;
  /** For the owner: what the disk refuses now, or null. */
  readonly diskFault: () => string | null;
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
const nobody = (): void => {};
const UNTOLD: DiskCare = { log: { debug: nobody, info: nobody, warn: nobody, error: nobody }, lost: nobody };

/** Opens the database, brings its schema up to date and returns the only door to it. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { client, local, db } = await refuseUnusable(options.url, () => openClient(options));
  // What was answered with 2xx survives a power cut (promise P1).
  const disk = local && patientDisk(local, options.disk ?? UNTOLD);
  const commit = groupCommits({ run: (statements) => runBatch(client, statements), disk });
  return {
    db,
    write: (statements, { durable = true, after } = {}) =>
      commit({
        ...{ statements: statements.map(toStatement), durable },
        after: after === undefined ? null : { about: after.about, statements: after.statements.map(toStatement) },
      }),
    read: (sql, args) => client.execute({ sql, args: args as never[] }),
    sqliteVersion: async () => String((await client.execute("SELECT sqlite_version() AS v")).rows[0]?.v),
    withFileAtRest: local && ((work) => local.withFileAtRest(work)),
    diskFault: () => disk?.fault ?? null,
    close: () => client.close(),
  };
}

async function openClient({ url, busyTimeout = 500 }: DatabaseOptions) {
  refuseDamaged(url);
  const local = url.startsWith("file:") ? createLocalClient(url, busyTimeout) : null;
  // Where the database is a file, the client for remote ones would only take memory: 10 MB.
  const client = local ?? (await import("@libsql/client")).createClient({ url, concurrency: 1 });
  try {
    await refuseNewer(url, client, MIGRATIONS);
    const db = drizzle(client);
    await migrate(db, { migrationsFolder: MIGRATIONS });
    return { client, local, db };
  } catch (error) {
    client.close();
    throw error;
  }
}

/** As Drizzle's own function of this name, which loads the client for remote databases. */
function drizzle(client: Client): LibSQLDatabase {
  const dialect = new SQLiteAsyncDialect();
  const session = new LibSQLSession<NoTables, ExtractTablesWithRelations<NoTables>>(
    ...([client, dialect, undefined, {}, undefined] as const),
  );
  return new LibSQLDatabase<NoTables>("async", dialect, session, undefined);
}

/** Relational queries, which need them, are not used. */
type NoTables = Record<string, never>;

function toStatement(statement: Statement): InStatement {
  if (typeof statement === "string" || !("toSQL" in statement)) return statement;
  const { sql, params } = statement.toSQL();
  return { sql, args: params as never[] };
}

async function runBatch(client: Client, statements: readonly InStatement[]): Promise<ResultSet[]> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await client.batch([...statements], "write");
    } catch (error) {
      if (!(error instanceof LibsqlError)) throw error;
      if (error.message.includes("fence_held")) throw new FenceError("a guarded write met no row");
      if (error.code !== "SQLITE_BUSY") throw databaseError(error);
      await client.reconnect();
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
    return noRoom(error);
  }
  return error;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
