/** What may be asked of the data store: conditions, order, search, aggregates. Parsed from text by http/where.ts, answered by the store. */
import type { Page, PageQuery, RecordVersion, SavedRecord } from "./entities.ts";
import type { Json } from "./json.ts";

/** Names and places in lists: `items[0].price` is `["items", 0, "price"]`. */
export type Path = readonly (string | number)[];

/** What the store itself knows about a record, asked for like a field. A field of the record that has such a name cannot be asked for. */
export const OWN_FIELDS = [
  "_id",
  "_key",
  "_run",
  "_task",
  "_firstRun",
  "_firstTask",
  "_createdAt",
  "_updatedAt",
  "_changedAt",
  "_version",
] as const;
export type OwnField = (typeof OWN_FIELDS)[number];

export type Operator = "=" | "!=" | "<" | "<=" | ">" | ">=" | "contains" | "in" | "exists" | "missing";

export interface Condition {
  readonly path: Path;
  readonly op: Operator;
  /** `in`: a list; `exists` and `missing`: null. */
  readonly value: Json;
}

export interface Order {
  readonly path: Path;
  readonly direction: "asc" | "desc";
}

export interface RecordFilter {
  /** All must hold. */
  readonly where?: readonly Condition[] | undefined;
  /** Words that must occur, as people type them. */
  readonly search?: string | undefined;
  /** Only what this run saved last. */
  readonly runId?: string | undefined;
}

export interface RecordQuery extends RecordFilter, PageQuery {
  /** Default: as they were saved first; the best match first when searched. */
  readonly order?: Order | undefined;
}

export const MEASURES = ["count", "sum", "avg", "min", "max", "distinct"] as const;

export interface Measure {
  readonly name: (typeof MEASURES)[number];
  /** Null: `count` of the records themselves. */
  readonly path: Path | null;
  /** As it was asked for, such as `sum(price)`. */
  readonly text: string;
}

export interface AggregateQuery extends RecordFilter {
  readonly group: readonly { readonly path: Path; readonly text: string }[];
  readonly measures: readonly Measure[];
}

export interface AggregateRow {
  /** By the text of each path; null also where the field is missing. */
  readonly group: Readonly<Record<string, unknown>>;
  readonly values: Readonly<Record<string, unknown>>;
}

export interface CollectionFacts {
  readonly collection: string;
  readonly records: number;
  readonly updatedAt: number;
}

export interface RecordReader {
  collections(): Promise<readonly CollectionFacts[]>;
  list(collection: string, query: RecordQuery): Promise<Page<SavedRecord>>;
  /** Every record that fits, in bounded memory. What is written meanwhile may or may not be among them; nothing comes twice. */
  every(collection: string, query: Omit<RecordQuery, keyof PageQuery>): AsyncIterable<SavedRecord>;
  /** Names of the fields of all records that fit, in order of appearance; with `value` when some are no objects. */
  fields(collection: string, filter: RecordFilter): Promise<readonly string[]>;
  /** Groups in the order of their first record. */
  aggregate(collection: string, query: AggregateQuery): Promise<readonly AggregateRow[]>;
  listOfRun(runId: string, query: PageQuery): Promise<Page<SavedRecord>>;
  get(collection: string, id: string): Promise<SavedRecord | null>;
  /** What it was before, newest first. */
  versions(id: string): Promise<readonly RecordVersion[]>;
  /** Deletes what fits, in bounded steps; resolves with how many records that were. */
  remove(collection: string, filter: RecordFilter): Promise<number>;
}
