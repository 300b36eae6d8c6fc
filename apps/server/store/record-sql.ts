/** SQL of questions to the data store. Paths, words and values only ever travel as parameters. */
import { and, eq, type SQL, sql } from "drizzle-orm";
import { jsonText } from "../core/json.ts";
import {
  type Condition,
  type Order,
  OWN_FIELDS,
  type OwnField,
  type Path,
  type RecordFilter,
} from "../core/record-query.ts";
import { records } from "./schema/index.ts";

/** Texts are ordered by so many characters, then by id: a cursor holds the value it stopped at. */
const ORDERED_BY = 100;

const OWN_COLUMNS = {
  _id: records.id,
  _key: records.key,
  _run: records.runId,
  _task: records.taskRunId,
  _firstRun: records.firstRunId,
  _firstTask: records.firstTaskRunId,
  _createdAt: records.createdAt,
  _updatedAt: records.updatedAt,
  _changedAt: records.changedAt,
  _version: records.version,
} as const satisfies Record<OwnField, unknown>;

/** What a filter asks for, its search left out. */
export function filterSql(collection: string, { where = [], runId }: RecordFilter): SQL | undefined {
  return and(
    eq(records.collection, collection),
    runId === undefined ? undefined : eq(records.runId, runId),
    ...where.map(conditionSql),
  );
}

/** The value at a path, as SQLite compares it: true and false are 1 and 0, lists and objects their text. */
export function valueSql(path: Path): SQL {
  const own = ownColumn(path);
  return own ? sql`${own}` : sql`json_extract(${records.data}, ${jsonPath(path)})`;
}

/** The value at a path as JSON text; NULL: there is none. */
export function jsonSql(path: Path): SQL {
  const own = ownColumn(path);
  return own ? sql`json_quote(${own})` : sql`(${records.data} -> ${jsonPath(path)})`;
}

/** What records are ordered by: numbers before texts, what is missing first. */
export function orderedSql(path: Path): SQL {
  const value = valueSql(path);
  return sql`CASE typeof(${value}) WHEN 'text' THEN substr(${value}, 1, ${ORDERED_BY}) ELSE ${value} END`;
}

/** `ORDER BY` for that, ties by id. */
export function orderSql({ path, direction }: Order): SQL {
  const value = orderedSql(path);
  return direction === "desc" ? sql`${value} DESC, ${records.id} DESC` : sql`${value}, ${records.id}`;
}

/** Records behind the one that had this value and id, whatever was written or deleted since. */
export function behindSql({ path, direction }: Order, value: string | number | null, id: string): SQL {
  const left = orderedSql(path);
  if (direction === "asc") {
    if (value === null) return sql`(${left} IS NOT NULL OR ${records.id} > ${id})`;
    return sql`(${left} > ${value} OR (${left} = ${value} AND ${records.id} > ${id}))`;
  }
  if (value === null) return sql`(${left} IS NULL AND ${records.id} < ${id})`;
  return sql`(${left} IS NULL OR ${left} < ${value} OR (${left} = ${value} AND ${records.id} < ${id}))`;
}

function conditionSql(condition: Condition): SQL {
  const { path, op } = condition;
  const left = valueSql(path);
  const right = comparable(condition);
  if (op === "exists" || op === "missing") return isThere(path, op === "exists");
  if (op === "=") return right === null ? sql`${left} IS NULL` : sql`${left} = ${right}`;
  if (op === "!=") return right === null ? sql`${left} IS NOT NULL` : sql`(${left} IS NULL OR ${left} <> ${right})`;
  if (op === "in") return sql`${left} IN (SELECT value FROM json_each(${right}))`;
  if (op === "contains") return contains(path, left, right);
  // SQLite takes every text for greater than every number: a price of "on request" is not above 10.
  const sameType =
    typeof right === "number" ? sql`typeof(${left}) IN ('integer', 'real')` : sql`typeof(${left}) = 'text'`;
  if (op === "<") return sql`(${sameType} AND ${left} < ${right})`;
  if (op === "<=") return sql`(${sameType} AND ${left} <= ${right})`;
  if (op === ">") return sql`(${sameType} AND ${left} > ${right})`;
  return sql`(${sameType} AND ${left} >= ${right})`;
}

/** A condition's value as SQLite has it; times of the store itself are milliseconds there. */
function comparable({ path, value }: Condition): string | number | null {
  if (value === null) return null;
  if (typeof value === "boolean") return Number(value);
  if (typeof value === "object") return jsonText(value);
  const isTime = path.length === 1 && String(path[0]).endsWith("At") && ownColumn(path) !== null;
  const time = isTime ? Date.parse(String(value)) : Number.NaN;
  return Number.isNaN(time) || typeof value === "number" ? value : time;
}

function isThere(path: Path, there: boolean): SQL {
  const own = ownColumn(path);
  const type = own ? sql`${own}` : sql`json_type(${records.data}, ${jsonPath(path)})`;
  return there ? sql`${type} IS NOT NULL` : sql`${type} IS NULL`;
}

/** Of a text: anywhere in it. Of a list: one of its items. Letters of either case. */
function contains(path: Path, left: SQL, right: string | number | null): SQL {
  const within = sql`instr(lower(${left}), lower(${right})) > 0`;
  if (ownColumn(path)) return within;
  const at = jsonPath(path);
  return sql`CASE json_type(${records.data}, ${at})
    WHEN 'array' THEN EXISTS (SELECT 1 FROM json_each(${records.data}, ${at}) AS item WHERE lower(item.atom) = lower(${right}))
    ELSE ${within} END`;
}

function ownColumn(path: Path): (typeof OWN_COLUMNS)[OwnField] | null {
  const own = path.length === 1 ? OWN_FIELDS.find((name) => name === path[0]) : undefined;
  return own === undefined ? null : OWN_COLUMNS[own];
}

/** SQLite's JSON path with every name quoted, so that a name cannot be taken for path syntax. */
function jsonPath(path: Path): string {
  return `$${path.map((part) => (typeof part === "number" ? `[${part}]` : `."${part}"`)).join("")}`;
}
