/**
 * What can be asked in SQL: tables named by the words of the product, as views over those of the store. They are the stable surface;
 * what is not listed here (sessions, for instance) cannot be read. Times are ISO 8601 texts, JSON is text for SQLite's JSON functions.
 */
import type { SqlTable } from "../core/sql.ts";

/** Column → the expression behind it; an empty one means the column of the same name. */
type Columns = Readonly<Record<string, string>>;

interface View extends SqlTable {
  /** The SELECT behind it. */
  readonly select: string;
  /** The store's own tables that it reads. */
  readonly reads: readonly string[];
}

const SECONDS = "(finished_at - started_at) / 1000.0";

export const SQL_VIEWS: readonly View[] = [
  view("runs", ["runs"], {
    ...same("id", "name", "kind", "state", "reason", "trigger_kind", "trigger_id", "trigger_run_id", "cause"),
    nominal_at: time("nominal_at"),
    ...same("input", "summary", "report"),
    ...times("created_at", "started_at", "finished_at"),
    seconds: SECONDS,
    ...same("waiting", "queued", "running", "succeeded", "failed", "cancelled", "skipped", "tolerated"),
  }),
  view("task_runs", ["task_runs"], {
    ...same("id", "run_id", "task"),
    key: "nullif(key, '')",
    ...same("parent_id", "root_id", "depth", "kind", "state", "reason", "attempt", "failures", "interruptions", "node"),
    ...times("created_at", "available_at", "started_at", "finished_at"),
    seconds: SECONDS,
    ...same("input", "output", "error", "usage"),
  }),
  view("attempts", ["attempts"], {
    ...same("task_run_id", "number", "state", "reason", "node"),
    ...times("started_at", "finished_at"),
    seconds: SECONDS,
    ...same("error", "usage"),
  }),
  view("records", ["records"], {
    ...same("id", "collection", "key", "data", "version", "run_id", "task_run_id", "first_run_id", "first_task_run_id"),
    ...times("created_at", "updated_at", "changed_at"),
  }),
  view("record_versions", ["record_versions", "records"], {
    record_id: "(SELECT id FROM main.records AS of WHERE of.seq = record_versions.seq)",
    ...same("version", "data", "run_id", "task_run_id"),
    ...times("changed_at"),
  }),
  view("files", ["files"], {
    ...same("id", "run_id", "task_run_id", "attempt", "role", "name", "sha256", "size", "type", "url"),
    ...times("created_at"),
  }),
  view("manifests", ["manifests"], { ...same("run_id", "sha256", "size"), ...times("written_at") }),
  view("logs", ["logs"], {
    ...same("seq", "run_id", "task_run_id", "attempt"),
    ...times("time"),
    ...same("stream", "level", "text"),
  }),
  view("events", ["events"], {
    ...same("id"),
    ...times("time"),
    ...same("kind", "run_id", "task_run_id", "name", "data"),
  }),
  view("state", ["state"], { ...same("scope", "key", "value", "version"), ...times("updated_at"), ...same("writer") }),
  view("state_history", ["state_history"], {
    ...same("scope", "key", "value", "version"),
    ...times("updated_at"),
    ...same("writer"),
  }),
  view("schedule", ["schedule"], {
    ...same("id", "name", "kind", "trigger", "active", "paused"),
    ...times("next_at", "nominal_at", "last_at"),
    ...same("last_run_id", "lateness", "look"),
    ...times("created_at"),
  }),
];

function view(name: string, reads: readonly string[], columns: Columns): View {
  const parts = Object.entries(columns).map(([column, expression]) =>
    expression === "" ? `"${column}"` : `${expression} AS "${column}"`,
  );
  return { name, reads, columns: Object.keys(columns), select: `SELECT ${parts.join(", ")} FROM main."${name}"` };
}

function same(...columns: string[]): Columns {
  return Object.fromEntries(columns.map((column) => [column, ""]));
}

function times(...columns: string[]): Columns {
  return Object.fromEntries(columns.map((column) => [column, time(column)]));
}

/** Epoch milliseconds as the API shows them. */
function time(column: string): string {
  return `strftime('%Y-%m-%dT%H:%M:%S', ${column} / 1000, 'unixepoch') || printf('.%03dZ', ${column} % 1000)`;
}
