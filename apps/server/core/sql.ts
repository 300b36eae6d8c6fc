/** Questions in SQL that the owner asks about the history: what may be asked, and what comes back. */
import type { Json } from "./json.ts";

export interface SqlQuestion {
  readonly sql: string;
  /** For `?` in order, or for `:name` by name. */
  readonly parameters: readonly Json[] | Readonly<Record<string, Json>>;
  /** Rows at most; what is beyond is told by `truncated`. */
  readonly limit: number;
  /** Milliseconds. */
  readonly timeout: number;
}

export interface SqlAnswer {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
  readonly truncated: boolean;
  /** Milliseconds that it took. */
  readonly ms: number;
}

/** A table that may be asked. */
export interface SqlTable {
  readonly name: string;
  readonly columns: readonly string[];
}

export interface SqlReader {
  readonly tables: readonly SqlTable[];
  /** Rejects with `invalid_query`, `query_too_slow`, `too_many_requests`, or `conflict` where there is no file to read. */
  ask(question: SqlQuestion): Promise<SqlAnswer>;
}
