/**
 * A process that answers one question in SQL and ends. It reads a database file that nobody writes meanwhile (sql-reader.ts sees to
 * that), through an SQLite of its own, and SQLite asks it about everything that a statement would do: reading the tables of
 * sql-tables.ts is allowed, and nothing else. The server sets the time limit, by ending the process.
 */
import { constants, DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import type { SqlAnswer, SqlQuestion } from "../core/sql.ts";
import type { ChildAnswer, ChildQuestion } from "./sql-reader.ts";
import { SQL_VIEWS } from "./sql-tables.ts";

const MAX_ANSWER = 8 * 1024 * 1024;
/** The longest text that a statement may make: what it sorts and groups goes to files when it grows, one text does not. */
const MAX_TEXT = MAX_ANSWER;
/** Table-valued functions for JSON. */
const JSON_TABLES: ReadonlySet<string> = new Set(["json_each", "json_tree"]);
/** They reach beyond the data: into files, other libraries, or the parser of full-text queries. */
const REFUSED_FUNCTIONS: ReadonlySet<string> = new Set(["load_extension", "fts3_tokenizer", "fts5", "sqlite_log"]);

process.once("message", (message) => {
  const answer = tryAnswer(message as ChildQuestion);
  process.send?.(answer, () => process.exit(0));
});

function tryAnswer({ file, question }: ChildQuestion): ChildAnswer {
  try {
    return { answer: answerTo(file, question) };
  } catch (error) {
    return { error: explained(error) };
  }
}

class Refusal extends Error {}

function answerTo(file: string, question: SqlQuestion): SqlAnswer {
  const began = performance.now();
  // `immutable`: no locks are taken, and no write-ahead log is looked at.
  const url = new URL(`file://${encodeURI(file).replaceAll("?", "%3F").replaceAll("#", "%23")}`);
  url.searchParams.set("immutable", "1");
  const db = new DatabaseSync(url, { readOnly: true, limits: { length: MAX_TEXT } });
  if (typeof db.setAuthorizer !== "function")
    throw new Refusal(`SQL needs Node 24.10 or newer; this is ${process.versions.node}`);
  for (const { name, select } of SQL_VIEWS) db.exec(`CREATE TEMP VIEW "${name}" AS ${select}`);
  const existing = db
    .prepare("SELECT name FROM main.sqlite_schema")
    .all()
    .map(({ name }) => String(name));
  db.setAuthorizer(authorizer(new Set([...existing, "sqlite_schema", "sqlite_master"])));
  const statement = db.prepare(question.sql);
  refuseMore(question.sql, statement.sourceSQL);
  statement.setReturnArrays(true);
  statement.setReadBigInts(true);
  const columns = statement.columns().map(({ name }) => name);
  if (columns.length === 0) throw new Refusal("expected a statement that gives rows, such as SELECT");
  return { columns, ...rowsOf(statement, question), ms: Math.round(performance.now() - began) };
}

function rowsOf(statement: StatementSync, { parameters, limit }: SqlQuestion): Pick<SqlAnswer, "rows" | "truncated"> {
  const rows: (string | number | null)[][] = [];
  let size = 0;
  const found = Array.isArray(parameters)
    ? statement.iterate(...parameters.map(toInput))
    : statement.iterate(Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, toInput(value)])));
  for (const row of found as Iterable<unknown>) {
    if (rows.length >= limit || size > MAX_ANSWER) return { rows, truncated: true };
    const values = (row as unknown[]).map(toOutput);
    size += values.reduce<number>((sum, value) => sum + (typeof value === "string" ? value.length : 8), 0);
    rows.push(values);
  }
  return { rows, truncated: false };
}

/** Lists and objects are given as their JSON, for SQLite's JSON functions. */
function toInput(value: unknown): SQLInputValue {
  if (value === null || typeof value === "number" || typeof value === "string") return value;
  return typeof value === "boolean" ? Number(value) : JSON.stringify(value);
}

/** Whole numbers beyond what JSON keeps exactly, and infinities, become text; bytes, hexadecimal text. */
function toOutput(value: unknown): string | number | null {
  if (value === null || typeof value === "string") return value;
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : String(value);
}

const VIEWS: ReadonlySet<string> = new Set(SQL_VIEWS.map(({ name }) => name));
const TABLES: ReadonlySet<string> = new Set(SQL_VIEWS.flatMap(({ reads }) => reads));

type Authorizer = NonNullable<Parameters<DatabaseSync["setAuthorizer"]>[0]>;

/** Answers SQLite's question before it compiles a part of a statement. `existing`: what the database file holds. */
function authorizer(existing: ReadonlySet<string>): Authorizer {
  return (action, first, second, database, inside) => {
    const { SQLITE_OK, SQLITE_DENY, SQLITE_SELECT, SQLITE_RECURSIVE, SQLITE_FUNCTION, SQLITE_READ } = constants;
    if (action === SQLITE_SELECT || action === SQLITE_RECURSIVE) return SQLITE_OK;
    if (action === SQLITE_FUNCTION) return REFUSED_FUNCTIONS.has(second ?? "") ? SQLITE_DENY : SQLITE_OK;
    if (action !== SQLITE_READ || first === null) return SQLITE_DENY;
    if (database === "temp") return VIEWS.has(first) ? SQLITE_OK : SQLITE_DENY;
    if (JSON_TABLES.has(first)) return SQLITE_OK;
    // Without a column the rows are only counted; those of a WITH clause have no other mark.
    if (second === "") return TABLES.has(first) || !existing.has(first) ? SQLITE_OK : SQLITE_DENY;
    return TABLES.has(first) && inside !== null && VIEWS.has(inside) ? SQLITE_OK : SQLITE_DENY;
  };
}

/** SQLite compiles the first statement and would leave the rest unsaid. */
function refuseMore(given: string, compiled: string): void {
  const rest = given.slice(given.indexOf(compiled) + compiled.length);
  if (rest.replaceAll(/--[^\n]*|\/\*[\s\S]*?\*\/|[\s;]/g, "") !== "")
    throw new Refusal(`expected one statement; behind it stands ${JSON.stringify(rest.trim().slice(0, 40))}`);
}

function explained(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Refusal) return message;
  if (/not authorized|prohibited/.test(message))
    return `${message}: SQL only reads, and only the tables that GET /api/sql lists`;
  return message;
}
