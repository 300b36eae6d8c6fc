/**
 * Full-text search over a collection (SQLite's FTS5; letters of either case, with or without their accents). The index is built when
 * a collection is searched for the first time, in steps that let others work, and kept by triggers from then on
 * (drizzle/*_data_store.sql): a crawl that nobody searches pays nothing.
 */
import { setImmediate } from "node:timers/promises";
import { type SQL, sql } from "drizzle-orm";
import { UltravisorError } from "../core/errors.ts";
import type { Database } from "./database.ts";

/** Records that are indexed in one step, about 50 ms of work. */
const STEP = 1000;

/** Resolves when the index holds every record of the collection. */
export async function buildIndex(database: Database, collection: string): Promise<void> {
  const found = await indexedTo(database, collection);
  if (found === null) return;
  let from = found;
  if (from === undefined) {
    from = 0;
    // From here on triggers index what is written, so nothing falls between this and the steps below.
    await database.write([
      { sql: "INSERT OR IGNORE INTO searched_collections (collection, indexed_to) VALUES (?, 0)", args: [collection] },
    ]);
  }
  for (let to: number | null = from; to !== null; await setImmediate()) to = await step(database, collection, to);
}

/** The hits of what a person typed, as a table `hits (seq, score)`: the lowest score is the best match. */
export function hitsSql(search: string): SQL {
  return sql`(SELECT rowid AS seq, bm25(record_search) AS score FROM record_search WHERE record_search MATCH ${toMatch(search)}) AS hits`;
}

/**
 * What a person typed in the language of FTS5: all words must occur; `"a phrase"`, `begin*`, `-without`, `this OR that`.
 *
 * @throws `invalid_query` when there is no word to search for
 */
export function toMatch(search: string): string {
  const wanted: string[] = [];
  const unwanted: string[] = [];
  let isAlternative = false;
  for (const [, minus, phrase, word] of search.matchAll(/(-?)(?:"([^"]*)"|([^\s"]+))/g)) {
    const text = phrase ?? word ?? "";
    if (text === "OR" && wanted.length > 0) {
      isAlternative = true;
      continue;
    }
    if (!/[\p{L}\p{N}]/u.test(text)) continue;
    const term = word?.endsWith("*") ? `"${text.slice(0, -1)}" *` : `"${text}"`;
    if (minus === "-") unwanted.push(term);
    else if (isAlternative) wanted.push(`${wanted.pop()} OR ${term}`);
    else wanted.push(term);
    isAlternative = false;
  }
  if (wanted.length === 0)
    throw new UltravisorError(
      "invalid_query",
      `search: expected at least one word to search for; got ${JSON.stringify(search.slice(0, 60))}`,
    );
  const all = wanted.map((term) => `(${term})`).join(" AND ");
  return unwanted.length === 0 ? all : `(${all}) NOT (${unwanted.join(" OR ")})`;
}

/** Undefined: never searched; null: the index is whole. */
async function indexedTo(database: Database, collection: string): Promise<number | null | undefined> {
  const { rows } = await database.read("SELECT indexed_to FROM searched_collections WHERE collection = ?", [
    collection,
  ]);
  const [row] = rows;
  return row === undefined ? undefined : row.indexed_to === null ? null : Number(row.indexed_to);
}

/** Indexes the next records in order; null: there are no more. */
async function step(database: Database, collection: string, from: number): Promise<number | null> {
  const next = "SELECT seq FROM records WHERE +collection = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3";
  const [, , moved] = await database.write([
    {
      sql: `INSERT OR REPLACE INTO record_search (rowid, text)
            SELECT seq, (SELECT group_concat(atom, ' ') FROM json_tree(data) WHERE type IN ('text', 'integer', 'real'))
            FROM records WHERE seq IN (${next})`,
      args: [collection, from, STEP],
    },
    {
      sql: `UPDATE searched_collections SET indexed_to = (SELECT max(seq) FROM (${next})) WHERE collection = ?1`,
      args: [collection, from, STEP],
    },
    { sql: "SELECT indexed_to FROM searched_collections WHERE collection = ?", args: [collection] },
  ]);
  const to = moved?.rows[0]?.indexed_to;
  return to === null || to === undefined ? null : Number(to);
}
