/** What runs leave behind: log entries, events, records, files. */
import { sql } from "drizzle-orm";
import { check, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { FILE_ROLES, type FileRole, type Level, type Stream } from "../../core/execution.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { json, oneOf, time } from "./columns.ts";
import { runs } from "./runs.ts";

export const logs = sqliteTable(
  "logs",
  {
    seq: integer("seq").primaryKey({ autoIncrement: true }),
    runId: text("run_id")
      .notNull()
      .references(() => runs.id, { onDelete: "cascade" }),
    taskRunId: text("task_run_id"),
    attempt: integer("attempt"),
    time: time("time").notNull(),
    stream: text("stream").$type<Stream>().notNull(),
    level: text("level").$type<Level>().notNull(),
    text: text("text").notNull(),
  },
  (t) => [index("logs_by_run").on(t.runId, t.seq), index("logs_by_task_run").on(t.taskRunId, t.seq)],
);

export const events = sqliteTable(
  "events",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    time: time("time").notNull(),
    kind: text("kind").notNull(),
    runId: text("run_id"),
    taskRunId: text("task_run_id"),
    name: text("name"),
    data: json<JsonObject>("data").notNull(),
  },
  (t) => [index("events_by_run").on(t.runId, t.id), index("events_by_kind").on(t.kind, t.id)],
);

export const records = sqliteTable(
  "records",
  {
    /** What the full-text index and former versions name a record by: a short number that VACUUM keeps. */
    seq: integer("seq").primaryKey(),
    id: text("id").notNull(),
    collection: text("collection").notNull(),
    key: text("key"),
    data: json<Json>("data").notNull(),
    /** Who saved it last. */
    runId: text("run_id").notNull(),
    taskRunId: text("task_run_id").notNull(),
    firstRunId: text("first_run_id").notNull(),
    firstTaskRunId: text("first_task_run_id").notNull(),
    createdAt: time("created_at").notNull(),
    /** When it was saved last, changed or not. */
    updatedAt: time("updated_at").notNull(),
    changedAt: time("changed_at").notNull(),
    /** Rises by one with every save that changes it. */
    version: integer("version").notNull().default(1),
  },
  (t) => [
    uniqueIndex("records_id").on(t.id),
    uniqueIndex("records_key").on(t.collection, t.key).where(sql`key IS NOT NULL`),
    index("records_by_collection").on(t.collection, t.id),
    index("records_by_run").on(t.runId, t.id),
    check("records_data_is_json", sql`json_valid(data)`),
    check("records_version", sql`version > 0`),
  ],
);

/** What records were before they changed, the last 20 each, kept by a trigger (drizzle/*_data_store.sql). */
export const recordVersions = sqliteTable(
  "record_versions",
  {
    seq: integer("seq")
      .notNull()
      .references(() => records.seq, { onDelete: "cascade" }),
    version: integer("version").notNull(),
    data: json<Json>("data").notNull(),
    runId: text("run_id").notNull(),
    taskRunId: text("task_run_id").notNull(),
    changedAt: time("changed_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.seq, t.version] })],
);

/** Collections that somebody searched: from then on triggers keep their full-text index, `record_search`. */
export const searchedCollections = sqliteTable("searched_collections", {
  collection: text("collection").primaryKey(),
  /** Records up to this one are in the index; null: all are. */
  indexedTo: integer("indexed_to"),
});

export const files = sqliteTable(
  "files",
  {
    id: text("id").primaryKey(),
    runId: text("run_id")
      .notNull()
      .references(() => runs.id, { onDelete: "cascade" }),
    taskRunId: text("task_run_id").notNull(),
    attempt: integer("attempt").notNull(),
    role: text("role").$type<FileRole>().notNull(),
    name: text("name").notNull(),
    originalName: text("original_name"),
    sha256: text("sha256").notNull(),
    size: integer("size").notNull(),
    type: text("type").notNull(),
    url: text("url"),
    createdAt: time("created_at").notNull(),
  },
  (t) => [
    index("files_by_run").on(t.runId, t.id),
    index("files_by_task_run").on(t.taskRunId, t.id),
    index("files_by_sha256").on(t.sha256),
    check("files_role", oneOf("role", FILE_ROLES)),
    check("files_sha256", sql`length(sha256) = 64`),
    check("files_size", sql`size >= 0`),
  ],
);
