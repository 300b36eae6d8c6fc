/** The data store: collections of JSON records, read page by page. */
import { setImmediate } from "node:timers/promises";
import { and, asc, count, desc, eq, gt, inArray, lte, max, type SQL, sql } from "drizzle-orm";
import type { Page, PageQuery, SavedRecord } from "../core/entities.ts";
import { UltravisorError } from "../core/errors.ts";
import type { RecordFilter, RecordQuery, RecordReader } from "../core/record-query.ts";
import type { Database } from "./database.ts";
import { decodeCursor, limitOf, toPage } from "./pages.ts";
import { aggregate, fieldNames } from "./record-aggregate.ts";
import { buildIndex, hitsSql } from "./record-search.ts";
import { behindSql, filterSql, orderedSql, orderSql } from "./record-sql.ts";
import { records, recordVersions } from "./schema/index.ts";
import { readValues, type Value } from "./values.ts";

/** Records that are read at a time when all are wanted, and deleted at a time. */
const STEP = 200;

export function createRecordReader(database: Database): RecordReader {
  const { db } = database;
  return {
    async collections() {
      const rows = await db
        .select({ collection: records.collection, records: count(), updatedAt: max(records.updatedAt) })
        .from(records)
        .groupBy(records.collection)
        .orderBy(asc(records.collection));
      return rows.map((row) => ({ ...row, updatedAt: row.updatedAt ?? 0 }));
    },
    list: (collection, query) => list(database, collection, query),
    every: (collection, query) => every(database, collection, query),
    fields: (collection, filter) => fieldNames(database, collection, filter),
    aggregate: (collection, query) => aggregate(database, collection, query),
    listOfRun: (runId, query) => listById(database, eq(records.runId, runId), query),
    async get(collection, id) {
      const [row] = await db
        .select()
        .from(records)
        .where(and(eq(records.id, id), eq(records.collection, collection)))
        .limit(1);
      return row ?? null;
    },
    versions: (id) =>
      db
        .select()
        .from(recordVersions)
        .where(sql`${recordVersions.seq} = (SELECT seq FROM records WHERE id = ${id})`)
        .orderBy(desc(recordVersions.version)),
    remove: (collection, filter) => remove(database, collection, filter),
  };
}

async function list(database: Database, collection: string, query: RecordQuery): Promise<Page<SavedRecord>> {
  const { search, order } = query;
  if (search !== undefined) await buildIndex(database, collection);
  const fits = filterSql(collection, query);
  const searched = search === undefined ? undefined : sql`${records.seq} IN (SELECT seq FROM ${hitsSql(search)})`;
  if (order !== undefined) {
    const behind = placeOf(query.cursor, ({ value, id }) => behindSql(order, value, id));
    const place = orderedSql(order.path);
    return listByPlace(
      database,
      { from: sql`records`, place, by: orderSql(order) },
      and(fits, searched, behind),
      query,
    );
  }
  if (search === undefined) return listById(database, fits, query);
  // Scores move a little when the collection is written meanwhile; `order` is for who minds.
  const from = sql`records JOIN ${hitsSql(search)} ON hits.seq = ${records.seq}`;
  const behind = placeOf(
    query.cursor,
    ({ value, id }) => sql`(hits.score > ${value} OR (hits.score = ${value} AND ${records.id} > ${id}))`,
  );
  const by = sql`hits.score, ${records.id}`;
  return listByPlace(database, { from, place: sql`hits.score`, by }, and(fits, behind), query);
}

async function listById({ db }: Database, fits: SQL | undefined, query: PageQuery): Promise<Page<SavedRecord>> {
  const limit = limitOf(query.limit);
  const after = decodeCursor(query.cursor);
  const rows = await db
    .select()
    .from(records)
    .where(and(fits, after === null ? undefined : gt(records.id, after)))
    .orderBy(asc(records.id))
    .limit(limit + 1);
  return toPage(rows, limit, (record) => record.id);
}

/** First the places, which are small, then the records: only those of the page are read whole. */
async function listByPlace(
  database: Database,
  { from, place, by }: { from: SQL; place: SQL; by: SQL },
  fits: SQL | undefined,
  query: PageQuery,
): Promise<Page<SavedRecord>> {
  const limit = limitOf(query.limit);
  const places = await readValues<[number, string, Value]>(
    database,
    sql`SELECT ${records.seq}, ${records.id}, ${place} FROM ${from} WHERE ${fits} ORDER BY ${by} LIMIT ${limit + 1}`,
  );
  const page = toPage(places, limit, ([, id, value]) => JSON.stringify([value, id]));
  return {
    items: await read(
      database,
      page.items.map(([seq]) => seq),
    ),
    next: page.next,
  };
}

interface Place {
  readonly value: string | number | null;
  readonly id: string;
}

/** @throws `invalid_query` when the cursor is of another kind of list */
function placeOf(cursor: string | undefined, condition: (place: Place) => SQL): SQL | undefined {
  const text = decodeCursor(cursor);
  if (text === null) return undefined;
  try {
    const [value, id] = JSON.parse(text) as unknown[];
    if (typeof id === "string" && (value === null || typeof value === "number" || typeof value === "string"))
      return condition({ value, id });
  } catch {
    // told below
  }
  throw new UltravisorError("invalid_query", "cursor: expected one of the same list, with the same order and search");
}

async function* every(
  database: Database,
  collection: string,
  query: RecordFilter & Pick<RecordQuery, "order">,
): AsyncGenerator<SavedRecord> {
  if (query.order === undefined && query.search === undefined) {
    let cursor: string | undefined;
    do {
      const page: Page<SavedRecord> = await list(database, collection, { ...query, cursor, limit: STEP });
      yield* page.items;
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    return;
  }
  // Sorting anew for every page would take minutes: the order is settled once, as one text of numbers.
  const seqs = await sorted(database, collection, query);
  for (let at = 0; at < seqs.length; at += STEP) {
    yield* await read(database, seqs.slice(at, at + STEP));
    await setImmediate();
  }
}

async function sorted(
  database: Database,
  collection: string,
  query: RecordFilter & Pick<RecordQuery, "order">,
): Promise<number[]> {
  const { search, order } = query;
  if (search !== undefined) await buildIndex(database, collection);
  const from = search === undefined ? sql`records` : sql`records JOIN ${hitsSql(search)} ON hits.seq = ${records.seq}`;
  const by = order === undefined ? sql`hits.score, ${records.id}` : orderSql(order);
  const [row] = await readValues<[string]>(
    database,
    sql`SELECT json_group_array(seq) FROM (SELECT ${records.seq} AS seq FROM ${from} WHERE ${filterSql(collection, query)} ORDER BY ${by})`,
  );
  return JSON.parse(row?.[0] ?? "[]") as number[];
}

/** Records in the order of these numbers; what was deleted meanwhile is left out. */
async function read({ db }: Database, seqs: readonly number[]): Promise<SavedRecord[]> {
  if (seqs.length === 0) return [];
  const rows = await db
    .select()
    .from(records)
    .where(sql`${records.seq} IN (SELECT value FROM json_each(${JSON.stringify(seqs)}))`);
  const bySeq = new Map(rows.map((row) => [row.seq, row]));
  return seqs.flatMap((seq) => bySeq.get(seq) ?? []);
}

async function remove(database: Database, collection: string, filter: RecordFilter): Promise<number> {
  if (filter.search !== undefined) await buildIndex(database, collection);
  const searched =
    filter.search === undefined ? undefined : sql`${records.seq} IN (SELECT seq FROM ${hitsSql(filter.search)})`;
  const [newest] = await database.db.select({ seq: max(records.seq) }).from(records);
  // What is saved meanwhile stays.
  const known = lte(records.seq, newest?.seq ?? 0);
  let removed = 0;
  for (;;) {
    const rows = await database.db
      .select({ seq: records.seq })
      .from(records)
      .where(and(filterSql(collection, filter), searched, known))
      .limit(STEP);
    if (rows.length === 0) break;
    const seqs = rows.map(({ seq }) => seq);
    const [result] = await database.write([database.db.delete(records).where(inArray(records.seq, seqs))]);
    removed += result?.rowsAffected ?? 0;
    await setImmediate();
  }
  return removed;
}
