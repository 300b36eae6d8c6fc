/** Runs: one row per execution of an operation, with its task runs counted by state. */
import { sql } from "drizzle-orm";
import { check, index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { Counts } from "../../core/entities.ts";
import type { JsonObject } from "../../core/json.ts";
import { type Kind, type Reason, STATES, type State, TRIGGER_KINDS, type TriggerKind } from "../../core/words.ts";
import { FINISHED_IFF_FINAL, json, oneOf, time } from "./columns.ts";

/** Kept by triggers on `task_runs` (drizzle/*_counters.sql), so "is it finished?" costs the same for 10 task runs and 100,000. */
const counter = (name: keyof Counts) => integer(name).notNull().default(0);

export const runs = sqliteTable(
  "runs",
  {
    id: text("id").primaryKey(),
    name: text("name").notNull(),
    kind: text("kind").$type<Kind | "operation">().notNull(),
    state: text("state").$type<State>().notNull(),
    reason: text("reason").$type<Reason>().notNull(),
    triggerKind: text("trigger_kind").$type<TriggerKind>().notNull(),
    triggerId: text("trigger_id"),
    nominalAt: time("nominal_at"),
    triggerRunId: text("trigger_run_id"),
    cause: json<JsonObject>("cause"),
    /** The task run of another run that this run is: it waits for it, and is cancelled and tried again with it. */
    parentTaskRunId: text("parent_task_run_id"),
    /** How many runs led here, one starting the next. */
    depth: integer("depth").notNull().default(0),
    idempotencyKey: text("idempotency_key"),
    input: json<JsonObject>("input").notNull(),
    summary: text("summary"),
    report: json<JsonObject>("report").notNull(),
    createdAt: time("created_at").notNull(),
    startedAt: time("started_at"),
    finishedAt: time("finished_at"),
    cancelRequestedAt: time("cancel_requested_at"),
    waiting: counter("waiting"),
    queued: counter("queued"),
    running: counter("running"),
    succeeded: counter("succeeded"),
    failed: counter("failed"),
    cancelled: counter("cancelled"),
    skipped: counter("skipped"),
    /** Once it is final: how many of the failed ones are subtasks whose failure their task tolerates (core/tolerance.ts). */
    tolerated: integer("tolerated").notNull().default(0),
    /** Subtasks that a limit kept from being started. */
    tooDeep: integer("too_deep").notNull().default(0),
    tooMany: integer("too_many").notNull().default(0),
    tooLarge: integer("too_large").notNull().default(0),
    tooLate: integer("too_late").notNull().default(0),
    tooManyOfTemplate: integer("too_many_of_template").notNull().default(0),
    tooManyOfHost: integer("too_many_of_host").notNull().default(0),
    trapped: integer("trapped").notNull().default(0),
    pausedAt: time("paused_at"),
    /** How many of its task runs a person paused or cancelled on their own: without any, nobody looks for them. */
    marks: integer("marks").notNull().default(0),
    /** How many of its task runs are hooks: when only these wait, they are started. */
    hooks: integer("hooks").notNull().default(0),
    /** Milliseconds it may take from its start, and when that is over. */
    timeout: integer("timeout"),
    expiresAt: time("expires_at"),
    /** What limits how many runs go on at once, and how many that is. */
    lock: text("lock"),
    lockLimit: integer("lock_limit"),
    timedOut: integer("timed_out", { mode: "boolean" }).notNull().default(false),
  },
  (t) => [
    uniqueIndex("runs_nominal").on(t.triggerId, t.nominalAt).where(sql`nominal_at IS NOT NULL`),
    uniqueIndex("runs_idempotency_key").on(t.idempotencyKey),
    index("runs_by_name").on(t.name, t.id),
    index("runs_by_state").on(t.state, t.id),
    index("runs_locks").on(t.lock, t.state, t.id).where(sql`lock IS NOT NULL`),
    index("runs_expiring").on(t.expiresAt).where(sql`expires_at IS NOT NULL`),
    index("runs_by_trigger").on(t.triggerKind, t.id),
    index("runs_by_cause").on(t.triggerRunId, t.id).where(sql`trigger_run_id IS NOT NULL`),
    index("runs_by_parent").on(t.parentTaskRunId, t.id).where(sql`parent_task_run_id IS NOT NULL`),
    check("runs_state", oneOf("state", STATES)),
    check("runs_trigger_kind", oneOf("trigger_kind", TRIGGER_KINDS)),
    check("runs_finished", FINISHED_IFF_FINAL),
    check("runs_finished_means_none_open", sql`finished_at IS NULL OR waiting + queued + running = 0`),
    check("runs_counts", sql`min(waiting, queued, running, succeeded, failed, cancelled, skipped) >= 0`),
    check("runs_nominal_needs_trigger", sql`nominal_at IS NULL OR trigger_id IS NOT NULL`),
  ],
);
