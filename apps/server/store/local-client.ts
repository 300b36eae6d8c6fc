/**
 * The client for a record database on this machine: what @libsql/client offers, over one connection that keeps its prepared
 * statements (preparing anew cost a third of all time in the database). A commit reaches the operating system; the wait for the
 * disk is apart from it, and not on the main thread.
 *
 * It holds the file exclusively from the start: nobody else can open a second connection, which is what SQLite's WAL bug needs
 * (rule D1), and there is no shared memory file to look after.
 */
import { randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import type { Client, InStatement, ResultSet, Row, Value } from "@libsql/client";
import { LibsqlError } from "@libsql/core/api";
import Driver from "libsql";
import { touchPrivate } from "./data-folder.ts";
import { Result, type Shape, shapeOf } from "./local-result.ts";
import { readMarkedLog, writeLogAgain } from "./log-rescue.ts";
import { type LogOnDisk, syncLog } from "./sync-log.ts";

export interface LocalClient extends Client {
  /** Resolves when a power cut can no longer take what is committed now; a crash of this process cannot anyway. */
  reachDisk(): Promise<void>;
  /**
   * Once `reachDisk` has failed: resolves when the disk has everything that is committed after all; rejects when it does not take it
   * yet, and with `LogLostError` when that has to be given up. Until it resolves nothing is committed.
   */
  regainDisk(): Promise<void>;
  /** The database file holds everything that is committed, and does not change until `work` has ended: it may be read meanwhile. */
  withFileAtRest<T>(work: (file: string) => Promise<T>): Promise<T>;
}

type Arguments = readonly Value[];

interface Statement {
  readonly prepared: ReturnType<InstanceType<typeof Driver>["prepare"]>;
  /** Null: it gives no rows. */
  readonly shape: Shape | null;
}

/** Statements with varying numbers of parameters (`IN (?, ?, …)`) would fill the memory over time. */
const MOST_STATEMENTS = 500;
/** The write-ahead log is folded into the file at this many pages (16 MB). */
const CHECKPOINT_PAGES = 4000;
/** Milliseconds after which a transaction lets the process do something else. */
const LONGEST_TURN = 10;

/** @param url `file:/path` */
export function createLocalClient(url: string, busyTimeout: number): LocalClient {
  const path = url.slice("file:".length);
  touchPrivate(path);
  return new Local(path, busyTimeout);
}

class Local implements LocalClient {
  readonly protocol = "file";
  closed = false;
  readonly #path: string;
  readonly #busyTimeout: number;
  #connection: InstanceType<typeof Driver>;
  readonly #statements = new Map<string, Statement>();
  #log: LogOnDisk | null = null;
  /** Resolves at the end of the transaction that is under way. */
  #underWay: Promise<void> | null = null;
  /** How many rely on the file as it is. */
  #readers = 0;
  /** The disk has not taken the log: nothing may be added to it, nor folded into the file from what may be wrong. */
  #isRefused = false;
  /** What the disk is to take then. */
  #rescued: Buffer | null = null;

  constructor(path: string, busyTimeout: number) {
    this.#path = path;
    this.#busyTimeout = busyTimeout;
    this.#connection = this.#open();
  }

  async execute(statement: InStatement | string, values?: unknown): Promise<ResultSet> {
    while (this.#underWay) await this.#underWay;
    return this.#run(
      typeof statement === "string" && values !== undefined ? { sql: statement, args: values as Value[] } : statement,
    );
  }

  async batch(statements: readonly (InStatement | [string, unknown?])[]): Promise<ResultSet[]> {
    return this.#together(statements as readonly InStatement[]);
  }

  async migrate(statements: readonly InStatement[]): Promise<ResultSet[]> {
    this.#run("PRAGMA foreign_keys = OFF");
    try {
      return await this.#together(statements);
    } finally {
      this.#run("PRAGMA foreign_keys = ON");
    }
  }

  async executeMultiple(sql: string): Promise<void> {
    while (this.#underWay) await this.#underWay;
    this.#connection.exec(sql);
  }

  transaction(): Promise<never> {
    return Promise.reject(new Error("interactive transactions are not used here: write a batch with a fence"));
  }

  sync(): Promise<never> {
    return Promise.reject(new Error("a local database is no replica"));
  }

  async reconnect(): Promise<void> {
    this.#release();
    this.#connection = this.#open();
  }

  async reachDisk(): Promise<void> {
    this.#refuse();
    const log = `${this.#path}-wal`;
    // Without a log everything was folded into the file, which waits for the disk.
    if (this.#log === null && !existsSync(log)) return;
    this.#log ??= syncLog(log);
    await this.#log.sync();
  }

  async regainDisk(): Promise<void> {
    this.#isRefused = true;
    while (this.#underWay) await this.#underWay;
    const log = `${this.#path}-wal`;
    this.#rescued ??= this.#rescue(log);
    await writeLogAgain(log, this.#rescued);
    // Each descriptor tells a failure once: nothing is left to be written, so this one can only tell the old one.
    await this.#log?.sync().catch(() => undefined);
    this.#rescued = null;
    this.#isRefused = false;
    if (!this.closed) this.#setCheckpoint(this.#readers > 0 ? 0 : CHECKPOINT_PAGES);
  }

  #rescue(log: string): Buffer {
    this.#setCheckpoint(0);
    const mark = randomInt(1, 2 ** 31);
    this.#run(`PRAGMA user_version = ${mark}`);
    return readMarkedLog(log, mark);
  }

  /** Commits go to the write-ahead log anyway; what is left out meanwhile is to fold that into the file. */
  async withFileAtRest<T>(work: (file: string) => Promise<T>): Promise<T> {
    this.#refuse();
    this.#readers += 1;
    while (this.#underWay) await this.#underWay;
    try {
      // Who reads already must not see the file change.
      if (this.#readers === 1) this.#fold();
      return await work(this.#path);
    } finally {
      this.#readers -= 1;
      if (this.#readers === 0 && !this.closed && !this.#isRefused) this.#setCheckpoint(CHECKPOINT_PAGES);
    }
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    // To close it would fold the log into the file; the next start reads it by its checksums.
    if (this.#isRefused) this.#log?.close();
    else this.#release();
  }

  #refuse(): void {
    if (this.#isRefused) throw new LibsqlError("the disk has not taken what was committed before", "SQLITE_IOERR");
  }

  #fold(): void {
    this.#setCheckpoint(0);
    this.#run("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  #setCheckpoint(pages: number): void {
    this.#run(`PRAGMA wal_autocheckpoint = ${pages}`);
  }

  #open(): InstanceType<typeof Driver> {
    const connection = new Driver(this.#path, { timeout: this.#busyTimeout });
    connection.exec("PRAGMA locking_mode = EXCLUSIVE");
    connection.prepare("PRAGMA journal_mode = WAL").all();
    connection.exec(
      "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32000",
    );
    connection.prepare(`PRAGMA wal_autocheckpoint = ${this.#readers > 0 ? 0 : CHECKPOINT_PAGES}`).all();
    return connection;
  }

  /** Prepared statements keep the handle alive until they are collected: leaving the exclusive mode lets go of the file at once. */
  #release(): void {
    this.#log?.close();
    this.#log = null;
    if (this.#connection.open && this.#connection.inTransaction) this.#run("ROLLBACK");
    this.#statements.clear();
    if (!this.#connection.open) return;
    try {
      this.#connection.prepare("PRAGMA journal_mode = DELETE").all();
      this.#connection.prepare("PRAGMA locking_mode = NORMAL").all();
      this.#connection.prepare("SELECT count(*) FROM sqlite_schema").all();
    } finally {
      this.#connection.close();
    }
  }

  /** Whole or not at all. A large one lets the process do other things in between; nobody sees the half of it. */
  async #together(statements: readonly InStatement[]): Promise<ResultSet[]> {
    while (this.#underWay) await this.#underWay;
    this.#refuse();
    const over = Promise.withResolvers<void>();
    this.#run("BEGIN IMMEDIATE");
    this.#underWay = over.promise;
    try {
      const results: ResultSet[] = [];
      let from = performance.now();
      for (const statement of statements) {
        results.push(this.#run(statement));
        if (performance.now() - from < LONGEST_TURN) continue;
        await turn();
        // libSQL aborts the process over a statement on a closed connection.
        if (!this.#connection.open) throw new LibsqlError("the database was closed", "CLIENT_CLOSED");
        from = performance.now();
      }
      this.#run("COMMIT");
      return results;
    } catch (error) {
      if (this.#connection.open && this.#connection.inTransaction) this.#run("ROLLBACK");
      throw error;
    } finally {
      this.#underWay = null;
      over.resolve();
    }
  }

  #run(statement: InStatement): ResultSet {
    const { sql, args } = typeof statement === "string" ? { sql: statement, args: [] } : statement;
    const values = (args as Arguments).map(toSql);
    try {
      const { prepared, shape } = this.#prepare(sql);
      if (shape === null) return new Result([], [], prepared.run(values).changes);
      const rows = prepared.all(values) as unknown[] as Row[];
      for (const row of rows) Object.setPrototypeOf(row, shape.prototype);
      return new Result(shape.columns, rows, 0);
    } catch (error) {
      throw toLibsqlError(error);
    }
  }

  #prepare(sql: string): Statement {
    const known = this.#statements.get(sql);
    if (known) return known;
    const prepared = this.#connection.prepare(sql);
    const shape = prepared.reader ? shapeOf(prepared.raw(true).columns()) : null;
    const statement = { prepared, shape };
    if (this.#statements.size >= MOST_STATEMENTS) this.#statements.clear();
    this.#statements.set(sql, statement);
    return statement;
  }
}

function toSql(value: unknown): unknown {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value === undefined) throw new TypeError("undefined cannot be given to the database; give null");
  return value;
}

/** `SQLITE_CONSTRAINT_CHECK` → code `SQLITE_CONSTRAINT`, as @libsql/client tells them. */
function toLibsqlError(error: unknown): unknown {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return error;
  const code = error.code.split("_").slice(0, 2).join("_");
  return new LibsqlError(error.message, code, error.code, undefined, error);
}
