/** Aggregates and field names of a collection, computed window by window so that the server answers others in between. */
import { setImmediate } from "node:timers/promises";
import { and, asc, eq, gt, lte, type SQL, sql } from "drizzle-orm";
import { createAggregation, type Part } from "../core/aggregate.ts";
import type { AggregateQuery, AggregateRow, RecordFilter } from "../core/record-query.ts";
import type { Database } from "./database.ts";
import { buildIndex, hitsSql } from "./record-search.ts";
import { filterSql, jsonSql, valueSql } from "./record-sql.ts";
import { records } from "./schema/index.ts";
import { readValues, type Value } from "./values.ts";

/** Records that are looked at in one go: some 20 ms. */
const WINDOW = 5000;

export async function aggregate(
  database: Database,
  collection: string,
  query: AggregateQuery,
): Promise<readonly AggregateRow[]> {
  const aggregation = createAggregation(query);
  for await (const window of windows(database, collection, query)) {
    for (const part of await partsOf(database, query, window)) aggregation.add(part);
    for (const [measure, { name, path }] of query.measures.entries()) {
      if (name !== "distinct" || path === null) continue;
      const columns = [...query.group.map((field) => jsonSql(field.path)), jsonSql(path)];
      const rows = await readValues<(string | null)[]>(
        database,
        sql`SELECT DISTINCT ${sql.join(columns, sql`, `)} FROM ${window.from} WHERE ${window.where} AND ${jsonSql(path)} IS NOT NULL`,
      );
      for (const row of rows) aggregation.addDifferent({ group: row.slice(0, -1), measure, value: String(row.at(-1)) });
    }
  }
  const rows = aggregation.rows();
  // Without groups there is always one answer, also to a question about no record.
  if (rows.length > 0 || query.group.length > 0) return rows;
  aggregation.add({ group: [], cells: [] });
  return aggregation.rows();
}

/** Names of the fields of all records that fit, in order of appearance. */
export async function fieldNames(database: Database, collection: string, filter: RecordFilter): Promise<string[]> {
  const names = new Set<string>();
  for await (const window of windows(database, collection, filter)) {
    const rows = await readValues<[string]>(
      database,
      sql`SELECT DISTINCT CASE json_type(${records.data}) WHEN 'object' THEN field.key ELSE 'value' END
          FROM ${window.from}, json_each(${records.data}) AS field WHERE ${window.where}`,
    );
    for (const [name] of rows) names.add(name);
  }
  return [...names];
}

async function partsOf(database: Database, query: AggregateQuery, window: Window): Promise<Part[]> {
  const groups = query.group.map(({ path }) => jsonSql(path));
  const columns = [...groups, ...query.measures.flatMap(({ path }) => cellSql(path === null ? null : valueSql(path)))];
  const grouped = groups.length === 0 ? sql`` : sql` GROUP BY ${sql.join(groups, sql`, `)} ORDER BY min(${records.id})`;
  const rows = await readValues<Value[]>(
    database,
    sql`SELECT ${sql.join(columns, sql`, `)}, count(*) FROM ${window.from} WHERE ${window.where}${grouped}`,
  );
  return rows
    .filter((row) => row.at(-1) !== 0)
    .map((row) => ({
      group: row.slice(0, groups.length) as (string | null)[],
      cells: query.measures.map(({ name, path }, index) => {
        const at = groups.length + index * 5;
        const [count, numbers, total, least, most] = row.slice(at, at + 5);
        const counted = path !== null && (name === "sum" || name === "avg") ? numbers : count;
        return { count: Number(counted), total: Number(total), least: least ?? null, most: most ?? null };
      }),
    }));
}

function cellSql(value: SQL | null): SQL[] {
  if (value === null) return [sql`count(*)`, sql`NULL`, sql`NULL`, sql`NULL`, sql`NULL`];
  const number = sql`CASE WHEN typeof(${value}) IN ('integer', 'real') THEN ${value} END`;
  return [sql`count(${value})`, sql`count(${number})`, sql`total(${number})`, sql`min(${value})`, sql`max(${value})`];
}

interface Window {
  readonly from: SQL;
  readonly where: SQL | undefined;
}

/** One stretch of the collection after another; what is searched for is few, and one stretch. */
async function* windows(database: Database, collection: string, filter: RecordFilter): AsyncGenerator<Window> {
  const fits = filterSql(collection, filter);
  if (filter.search !== undefined) {
    await buildIndex(database, collection);
    yield { from: sql`records JOIN ${hitsSql(filter.search)} ON hits.seq = ${records.seq}`, where: fits };
    return;
  }
  let after = "";
  for (;;) {
    const [last] = await database.db
      .select({ id: records.id })
      .from(records)
      .where(and(eq(records.collection, collection), gt(records.id, after)))
      .orderBy(asc(records.id))
      .limit(1)
      .offset(WINDOW - 1);
    yield { from: sql`records`, where: and(fits, gt(records.id, after), last && lte(records.id, last.id)) };
    if (last === undefined) return;
    after = last.id;
    await setImmediate();
  }
}
