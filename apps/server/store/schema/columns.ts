/** Column shapes that several tables share. */
import { type SQL, sql } from "drizzle-orm";
import { customType, integer } from "drizzle-orm/sqlite-core";
import { jsonText } from "../../core/json.ts";
import { FINAL_STATES } from "../../core/words.ts";

/** Epoch milliseconds. */
export const time = (name: string): ReturnType<typeof integer> => integer(name);

/** A JSON value of a known type, kept as text. */
export const json = <T>(name: string) =>
  customType<{ data: T; driverData: string }>({
    dataType: () => "text",
    toDriver: jsonText,
    fromDriver: (stored) => JSON.parse(stored) as T,
  })(name);

/** A CHECK expression: the column holds one of these words. */
export function oneOf(column: string, words: readonly string[]): SQL {
  return sql.raw(`${column} IN (${words.map((word) => `'${word}'`).join(", ")})`);
}

/**
 * The same for tables that are written all the time: SQLite makes a table of the words of an `IN` whenever a statement checks them,
 * which took a quarter of the time of a task run's writes.
 */
export function eitherOf(column: string, words: readonly string[]): SQL {
  return sql.raw(words.map((word) => `${column} = '${word}'`).join(" OR "));
}

/** A CHECK expression: a finish time exists if and only if the state is final. */
export const FINISHED_IFF_FINAL: SQL = sql.raw(
  `(finished_at IS NOT NULL) = (state IN (${FINAL_STATES.map((word) => `'${word}'`).join(", ")}))`,
);
