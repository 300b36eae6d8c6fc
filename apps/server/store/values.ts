/** Rows of a query built from SQL parts, as plain lists of values, whichever client lies below. */
import type { SQL } from "drizzle-orm";
import type { Database } from "./database.ts";

export type Value = string | number | null;

export async function readValues<Row extends readonly Value[]>({ db }: Database, query: SQL): Promise<Row[]> {
  const rows = await db.values(query);
  return rows.map((row) => Array.from(row) as unknown as Row);
}
