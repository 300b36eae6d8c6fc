/** Small facts of the server itself: state, schedule entries, sessions, and the fence that makes a transaction all or nothing. */
import { sql } from "drizzle-orm";
import { check, index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { type Look, SCHEDULE_KINDS, type ScheduleKind } from "../../core/entities.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { json, oneOf, time } from "./columns.ts";

export const state = sqliteTable(
  "state",
  {
    /** `global`, or the node it is private to. */
    scope: text("scope").notNull(),
    key: text("key").notNull(),
    value: json<Json>("value").notNull(),
    version: integer("version").notNull(),
    updatedAt: time("updated_at").notNull(),
    writer: text("writer").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.scope, t.key] }),
    check("state_version", sql`version > 0`),
    check("state_size", sql`length(value) <= 1048576`),
  ],
);

/** The last values of each key, kept by triggers on `state` (drizzle/*_counters.sql). */
export const stateHistory = sqliteTable(
  "state_history",
  {
    scope: text("scope").notNull(),
    key: text("key").notNull(),
    value: json<Json>("value").notNull(),
    version: integer("version").notNull(),
    updatedAt: time("updated_at").notNull(),
    writer: text("writer").notNull(),
  },
  (t) => [index("state_history_by_key").on(t.scope, t.key, t.updatedAt)],
);

export const schedule = sqliteTable(
  "schedule",
  {
    id: text("id").primaryKey(),
    name: text("name").notNull(),
    kind: text("kind").$type<ScheduleKind>().notNull(),
    trigger: json<JsonObject>("trigger").notNull(),
    /** False: the task file that named it is gone or changed; kept so that its pause and history return with it. */
    active: integer("active", { mode: "boolean" }).notNull(),
    paused: integer("paused", { mode: "boolean" }).notNull(),
    nextAt: time("next_at"),
    nominalAt: time("nominal_at"),
    lastAt: time("last_at"),
    lastRunId: text("last_run_id"),
    lateness: integer("lateness"),
    look: json<Look>("look"),
    createdAt: time("created_at").notNull(),
  },
  (t) => [
    index("schedule_due").on(t.nextAt).where(sql`active = 1 AND paused = 0 AND next_at IS NOT NULL`),
    check("schedule_kind", oneOf("kind", SCHEDULE_KINDS)),
  ],
);

export const sessions = sqliteTable("sessions", {
  /** sha256 of the id that the browser holds. */
  hash: text("hash").primaryKey(),
  expiresAt: time("expires_at").notNull(),
});

/** Cookies and storage that browser tasks keep, sealed with a key that is not in the database. */
export const savedSessions = sqliteTable(
  "saved_sessions",
  {
    name: text("name").primaryKey(),
    sealed: text("sealed").notNull(),
    domains: json<string[]>("domains").notNull(),
    updatedAt: time("updated_at").notNull(),
  },
  () => [check("saved_session_size", sql`length(sealed) <= 16777216`)],
);

/** Cursors of the server's own duties. */
export const cursors = sqliteTable("cursors", {
  name: text("name").primaryKey(),
  position: integer("position").notNull(),
});

/**
 * One row. `UPDATE fence SET held = changes()` right after a guarded write fails the CHECK when the guard met no row, and with it
 * the whole batch: the way to say "all of this, or nothing, if I still own it" without an interactive transaction.
 */
export const fence = sqliteTable("fence", { id: integer("id").primaryKey(), held: integer("held").notNull() }, () => [
  check("fence_one_row", sql`id = 1`),
  check("fence_held", sql`held = 1`),
]);
