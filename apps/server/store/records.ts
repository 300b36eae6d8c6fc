/** The data store: collections of JSON records. Field paths and values only ever travel as parameters. */
import { and, asc, count, eq, gt, max, type SQL, sql } from "drizzle-orm";
import type { SavedRecord } from "../core/entities.ts";
import { jsonText } from "../core/json.ts";
import type { RecordQuery, RecordReader } from "../core/ports.ts";
import type { Database } from "./database.ts";
import { decodeCursor, limitOf, toPage } from "./pages.ts";
import { records } from "./schema/index.ts";

export function createRecordReader({ db }: Database): RecordReader {
  return {
    async collections() {
      const rows = await db
        .select({ collection: records.collection, records: count(), updatedAt: max(records.updatedAt) })
        .from(records)
        .groupBy(records.collection)
        .orderBy(asc(records.collection));
      return rows.map((row) => ({ ...row, updatedAt: row.updatedAt ?? 0 }));
    },
    async list(collection, query) {
      const limit = limitOf(query.limit);
      const conditions = [
        eq(records.collection, collection),
        query.runId === undefined ? undefined : eq(records.runId, query.runId),
        ...(query.where ?? []).map(condition),
      ];
      if (query.order === undefined) return listById(conditions, query.cursor, limit);
      // Ordered by a field, rows move when records are written meanwhile: the cursor is a plain offset.
      const offset = Number(decodeCursor(query.cursor) ?? 0) || 0;
      const value = field(query.order.path);
      const order =
        query.order.direction === "desc"
          ? sql`${value} DESC, ${records.id} DESC`
          : sql`${value} ASC, ${records.id} ASC`;
      const rows = await db
        .select()
        .from(records)
        .where(and(...conditions))
        .orderBy(order)
        .limit(limit + 1)
        .offset(offset);
      return toPage(rows, limit, () => String(offset + limit));
    },
    listOfRun: (runId, query) => listById([eq(records.runId, runId)], query.cursor, limitOf(query.limit)),
  };

  async function listById(
    conditions: readonly (SQL | undefined)[],
    cursor: string | undefined,
    limit: number,
  ): Promise<{ items: readonly SavedRecord[]; next: string | null }> {
    const after = decodeCursor(cursor);
    const rows = await db
      .select()
      .from(records)
      .where(and(...conditions, after === null ? undefined : gt(records.id, after)))
      .orderBy(asc(records.id))
      .limit(limit + 1);
    return toPage(rows, limit, (record) => record.id);
  }
}

type Condition = NonNullable<RecordQuery["where"]>[number];

function condition({ path, op, value }: Condition): SQL {
  const left = field(path);
  const right = typeof value === "boolean" ? Number(value) : typeof value === "object" ? jsonText(value) : value;
  if (op === "=") return value === null ? sql`${left} IS NULL` : sql`${left} = ${right}`;
  if (op === "!=") return value === null ? sql`${left} IS NOT NULL` : sql`(${left} IS NULL OR ${left} <> ${right})`;
  if (op === "contains") return sql`instr(lower(${left}), lower(${right})) > 0`;
  if (op === "<") return sql`${left} < ${right}`;
  if (op === "<=") return sql`${left} <= ${right}`;
  if (op === ">") return sql`${left} > ${right}`;
  return sql`${left} >= ${right}`;
}

/** SQLite's JSON path with every name quoted, so that a name cannot be taken for path syntax. */
function field(path: readonly string[]): SQL {
  const jsonPath = `$${path.map((name) => `."${name.replaceAll('"', '\\"')}"`).join("")}`;
  return sql`json_extract(${records.data}, ${jsonPath})`;
}
