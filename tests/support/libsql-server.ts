/**
 * A libSQL server: Hrana 2 over HTTP (github.com/tursodatabase/libsql/blob/main/docs/HRANA_2_SPEC.md), as the official client
 * speaks it to a `libsql://` or `http://` address, on libSQL itself. One connection; pipelines come one after another.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import Driver from "libsql";

export interface LibsqlServer {
  readonly url: string;
  /** Pipelines that were answered. */
  answered(): number;
  close(): void;
}

type Connection = InstanceType<typeof Driver>;
type Value = null | number | bigint | string | Buffer;
type Wire = { type: string; value?: string | number; base64?: string };
interface Stmt {
  readonly sql?: string;
  /** In place of the text: one that was stored before. */
  readonly sql_id?: number;
  readonly args?: readonly Wire[];
  readonly named_args?: readonly { name: string; value: Wire }[];
}
interface Condition {
  readonly type: "ok" | "error" | "not" | "and" | "or" | "is_autocommit";
  readonly step?: number;
  readonly cond?: Condition;
  readonly conds?: readonly Condition[];
}
interface Step {
  readonly stmt: Stmt;
  readonly condition?: Condition | null;
}
interface Request {
  readonly type: string;
  readonly stmt?: Stmt;
  readonly sql?: string;
  readonly sql_id?: number;
  readonly batch?: { readonly steps: readonly Step[] };
}
/** Texts that a stream of requests has stored, by their numbers. */
interface Stream {
  readonly connection: Connection;
  readonly texts: Map<number, string>;
}
interface Failure {
  readonly message: string;
  readonly code: string;
}

/** @param file where the database is kept */
export async function startLibsqlServer(file: string): Promise<LibsqlServer> {
  const connection = new Driver(file);
  const streams = new Map<string, Stream>();
  let answered = 0;
  const server = createServer(async (request, response) => {
    if (request.url === "/v2") return void response.end();
    if (request.url !== "/v2/pipeline") return void response.writeHead(404).end();
    const { baton, requests } = (await json(request)) as { baton: string | null; requests: readonly Request[] };
    answered += 1;
    const name = baton ?? String(answered);
    const stream = streams.get(name) ?? { connection, texts: new Map() };
    const results = requests.map((one) => answer(stream, one));
    const isOver = requests.some(({ type }) => type === "close");
    if (isOver) streams.delete(name);
    else streams.set(name, stream);
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ baton: isOver ? null : name, base_url: null, results }));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answered: () => answered,
    close() {
      server.closeAllConnections();
      server.close();
      connection.close();
    },
  };
}

function answer(stream: Stream, { type, stmt, sql = "", sql_id: id = -1, batch }: Request): object {
  const { connection, texts } = stream;
  try {
    if (type === "execute" && stmt) return ok({ type, result: execute(stream, stmt) });
    if (type === "batch" && batch) return ok({ type, result: executeBatch(stream, batch.steps) });
    if (type === "store_sql") texts.set(id, sql);
    if (type === "close_sql") texts.delete(id);
    if (type === "sequence") connection.exec(sql);
    if (type === "close" && connection.inTransaction) connection.exec("ROLLBACK");
    return ok({ type });
  } catch (error) {
    return { type: "error", error: failureOf(error) };
  }
}

function ok(response: object): object {
  return { type: "ok", response };
}

function execute({ connection, texts }: Stream, stmt: Stmt): object {
  const { args = [], named_args: named = [] } = stmt;
  const sql = stmt.sql ?? texts.get(stmt.sql_id ?? -1) ?? "";
  const statement = connection.prepare(sql);
  const given: unknown =
    named.length === 0
      ? args.map(fromWire)
      : Object.fromEntries(named.map(({ name, value }) => [name, fromWire(value)]));
  const columns = statement.reader ? statement.raw(true).safeIntegers(true).columns() : [];
  const rows = statement.reader ? (statement.all(given) as Value[][]) : [];
  if (!statement.reader) statement.run(given);
  return {
    cols: columns.map(({ name, type }) => ({ name, decltype: type })),
    rows: rows.map((row) => row.map(toWire)),
    affected_row_count: WRITES.test(sql) ? changesOf(connection) : 0,
    last_insert_rowid: null,
  };
}

/** SQLite leaves the number as it was when a statement only reads, so sqld tells it for these alone. */
const WRITES = /^\s*(?:with\b[\s\S]*?\)\s*)?(?:insert|update|delete|replace)\b/i;

function changesOf(connection: Connection): number {
  return Number((connection.prepare("SELECT changes()").raw(true).get([]) as Value[])[0]);
}

function executeBatch(stream: Stream, steps: readonly Step[]): object {
  const results: (object | null)[] = [];
  const errors: (Failure | null)[] = [];
  for (const { stmt, condition } of steps) {
    let [result, error]: [object | null, Failure | null] = [null, null];
    try {
      if (!condition || holds(stream.connection, condition, results, errors)) result = execute(stream, stmt);
    } catch (thrown) {
      error = failureOf(thrown);
    }
    results.push(result);
    errors.push(error);
  }
  return { step_results: results, step_errors: errors };
}

function holds(
  connection: Connection,
  { type, step = -1, cond, conds = [] }: Condition,
  results: readonly unknown[],
  errors: readonly unknown[],
): boolean {
  if (type === "ok") return results[step] != null;
  if (type === "error") return errors[step] != null;
  if (type === "is_autocommit") return !connection.inTransaction;
  const inner = (cond ? [cond] : conds).map((one) => holds(connection, one, results, errors));
  if (type === "not") return !inner[0];
  return type === "and" ? inner.every(Boolean) : inner.some(Boolean);
}

function toWire(value: Value): Wire {
  if (value === null) return { type: "null" };
  if (typeof value === "string") return { type: "text", value };
  if (typeof value === "bigint") return { type: "integer", value: String(value) };
  if (typeof value === "number") return { type: "float", value };
  return { type: "blob", base64: Buffer.from(value).toString("base64") };
}

function fromWire({ type, value = "", base64 = "" }: Wire): Value {
  if (type === "null") return null;
  // What the driver is given is a double; nothing here is beyond 2^53.
  if (type === "integer") return Number(value);
  if (type === "blob") return Buffer.from(base64, "base64");
  return value;
}

function failureOf(error: unknown): Failure {
  const code = error instanceof Error && "code" in error ? String(error.code) : "UNKNOWN";
  return { message: error instanceof Error ? error.message : String(error), code };
}
