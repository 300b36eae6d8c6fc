// The one connection to a queue file: opening it alone, caching its prepared statements, letting it go.
import { closeSync, existsSync, mkdirSync, openSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import Database from "libsql";
import { migrate } from "./schema.ts";

/** What a column can hold. Anything else must be turned into one of these before it is bound. */
export type SqlValue = string | number | null;

type Raw = SqlValue[];

/** A prepared statement. Rows come as arrays, which costs the driver half of what objects cost. */
interface Statement {
  prepared: ReturnType<InstanceType<typeof Database>["prepare"]>;
  columns: string[];
}

/**
 * How much log may pile up before a commit folds it into the file: 40 MB. A page that changed a hundred times since is
 * written once, so a longer log costs each job less; the pause for folding stays in the tens of milliseconds.
 */
const checkpointPages = 20_000;

/** A commit writes whole pages and most jobs are small, so half the usual page is a quarter less work per job. */
const pageSize = 2048;

/** Turns `file:/path/queue.db`, a plain path or `:memory:` into the one name under which the file is shared. */
export function locate(url: string): string {
  if (url === ":memory:" || url === "file::memory:") return ":memory:";
  const path = url.startsWith("file://") ? fileURLToPath(url) : resolve(url.replace(/^file:/, ""));
  if (/^[a-z]{2,}:/i.test(url) && !url.startsWith("file:")) {
    throw new TypeError(
      `bullmq-libsql expected connection.url to be "file:/path/queue.db", but got ${JSON.stringify(url)}. Name a file on this machine.`,
    );
  }
  mkdirSync(dirname(path), { recursive: true });
  // One name per file, whatever links lead to it: two connections of one process would undo each other's locks.
  return existsSync(path) ? realpathSync(path) : join(realpathSync(dirname(path)), basename(path));
}

/** A synchronous connection. Readers use `get` and `all`; writers `run`, `take` and `takeAll`, which are counted. */
export class Connection {
  /** How many statements were asked to write; a refused operation shows that it left no trace by not raising it. */
  writes = 0;
  readonly path: string;
  readonly #database: InstanceType<typeof Database>;
  readonly #statements = new Map<string, Statement>();

  constructor(path: string) {
    this.path = path;
    if (path !== ":memory:" && !existsSync(path)) makePrivate(path);
    this.#database = new Database(path, { timeout: 1000 });
    this.#alone(() => {
      // Exclusive from the first access on: no second process, no shared-memory file, no WAL-reset bug, and every
      // lock recorded by an earlier process is known to be dead.
      this.#database.exec(`PRAGMA page_size = ${pageSize}; PRAGMA locking_mode = EXCLUSIVE;`);
      this.all("PRAGMA journal_mode = WAL");
      this.#database.exec("PRAGMA synchronous = NORMAL");
      this.all(`PRAGMA wal_autocheckpoint = ${checkpointPages}`);
      this.#database.exec("PRAGMA cache_size = -32000; PRAGMA temp_store = MEMORY;");
      this.#database.exec("BEGIN IMMEDIATE; COMMIT;");
      migrate(this);
    });
  }

  get<T>(sql: string, ...values: SqlValue[]): T | undefined {
    const { prepared, columns } = this.#prepare(sql);
    const row = prepared.get(bindable(sql, values)) as Raw | undefined;
    return row && (named(columns, row) as T);
  }

  all<T>(sql: string, ...values: SqlValue[]): T[] {
    const { prepared, columns } = this.#prepare(sql);
    return (prepared.all(bindable(sql, values)) as Raw[]).map((row) => named(columns, row) as T);
  }

  run(sql: string, ...values: SqlValue[]): { changes: number; rowid: number } {
    this.writes++;
    const result = this.#prepare(sql).prepared.run(bindable(sql, values));
    return { changes: result.changes, rowid: Number(result.lastInsertRowid) };
  }

  take<T>(sql: string, ...values: SqlValue[]): T | undefined {
    this.writes++;
    return this.get<T>(sql, ...values);
  }

  takeAll<T>(sql: string, ...values: SqlValue[]): T[] {
    this.writes++;
    return this.all<T>(sql, ...values);
  }

  /** For scripts of several statements, which cannot be prepared. */
  exec(sql: string): void {
    this.#database.exec(sql);
  }

  /** Writes a consistent copy of the whole file, which nothing else may read while it is open here. */
  copyTo(path: string): void {
    this.run("VACUUM INTO ?", path);
  }

  close(): void {
    if (!this.#database.open) return;
    if (this.path !== ":memory:") this.#unlock();
    this.#statements.clear();
    this.#database.close();
  }

  /**
   * Prepared statements keep the handle alive until they are collected, so closing alone would keep the file locked.
   * Leaving WAL folds the log into the file and lets the exclusive lock go.
   */
  #unlock(): void {
    this.all("PRAGMA journal_mode = DELETE");
    this.all("PRAGMA locking_mode = NORMAL");
    this.get("SELECT count(*) FROM sqlite_schema");
  }

  #prepare(sql: string): Statement {
    const known = this.#statements.get(sql);
    if (known) return known;
    const prepared = this.#database.prepare(sql);
    const columns = prepared.columns().map(({ name }) => name);
    const statement = { prepared: columns.length > 0 ? prepared.raw() : prepared, columns };
    this.#statements.set(sql, statement);
    return statement;
  }

  #alone(open: () => void): void {
    try {
      open();
    } catch (error) {
      const isBusy = (error as { code?: string }).code === "SQLITE_BUSY";
      if (!isBusy && this.path !== ":memory:") this.#unlock();
      this.#database.close();
      if (!isBusy) throw error;
      throw new Error(
        `bullmq-libsql expected to be the only process using ${this.path}, but another one has it open. ` +
          "Stop that process, or give this one a queue file of its own.",
        { cause: error },
      );
    }
  }
}

function named(columns: string[], row: Raw): Record<string, SqlValue> {
  const result: Record<string, SqlValue> = {};
  for (let index = 0; index < columns.length; index++) result[columns[index] ?? ""] = row[index] ?? null;
  return result;
}

/** Job data may be private, so a new file belongs to its owner only. */
function makePrivate(path: string): void {
  closeSync(openSync(path, "a", 0o600));
}

/** The driver aborts the whole process on a boolean or an object, so they are stopped here. */
function bindable(sql: string, values: SqlValue[]): SqlValue[] {
  for (const value of values) {
    const kind = typeof value;
    if (kind === "string" || kind === "number" || value === null) continue;
    throw new TypeError(`expected a string, a number or null to bind in "${sql}", but got ${kind}. Convert it first.`);
  }
  return values;
}
