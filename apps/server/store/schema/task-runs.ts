/** Task runs, what each needs before it may start, their attempts, and how they are executed. */
import { sql } from "drizzle-orm";
import { check, index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { TaskSpec } from "../../core/definition.ts";
import type { ErrorInfo } from "../../core/errors.ts";
import type { Usage } from "../../core/execution.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { Landing } from "../../core/landing.ts";
import { HOOKS, type Hook, type TaskRule } from "../../core/operation.ts";
import { STOP_REASONS, type StopReason } from "../../core/stops.ts";
import { FINAL_STATES, KINDS, type Kind, type Reason, STATES, type State } from "../../core/words.ts";
import { eitherOf, json, oneOf, time } from "./columns.ts";
import { runs } from "./runs.ts";

/** How a task is executed, kept once however many task runs share it: a run goes on as it began when its file is edited. */
export const specs = sqliteTable("specs", {
  /** sha256 of the canonical JSON. */
  id: text("id").primaryKey(),
  spec: json<TaskSpec>("spec").notNull(),
});

export const taskRuns = sqliteTable(
  "task_runs",
  {
    id: text("id").primaryKey(),
    runId: text("run_id")
      .notNull()
      .references(() => runs.id, { onDelete: "cascade" }),
    task: text("task").notNull(),
    /** Empty for an operation's own task, until it spawns by a key: NULLs would not collide in the unique index. */
    key: text("key").notNull(),
    parentId: text("parent_id"),
    rootId: text("root_id").notNull(),
    depth: integer("depth").notNull(),
    kind: text("kind").$type<Kind>().notNull(),
    specId: text("spec_id")
      .notNull()
      .references(() => specs.id),
    state: text("state").$type<State>().notNull(),
    reason: text("reason").$type<Reason>().notNull(),
    attempt: integer("attempt").notNull(),
    failures: integer("failures").notNull(),
    interruptions: integer("interruptions").notNull(),
    node: text("node"),
    /** Which life of the server owns it while it runs. */
    boot: text("boot"),
    availableAt: time("available_at").notNull(),
    createdAt: time("created_at").notNull(),
    startedAt: time("started_at"),
    finishedAt: time("finished_at"),
    input: json<JsonObject>("input").notNull(),
    output: json<Json>("output"),
    error: json<ErrorInfo>("error"),
    usage: json<Usage>("usage"),
    /** What its operation says about it. */
    rule: json<TaskRule>("rule"),
    hook: text("hook").$type<Hook>(),
    /** What limits how many run at once, and how many that is. */
    lock: text("lock"),
    lockLimit: integer("lock_limit"),
    /** What it waits for after it began, without a worker: a person, a time, or another run (core/awaiting.ts). */
    awaits: text("awaits"),
    /** What it takes of its node while it runs: processors and bytes. */
    cpu: real("cpu"),
    memory: integer("memory"),
    /** Where redirects may lead it (core/landing.ts); and the key of the address where its own page was found, if it is another one. */
    landing: json<Landing>("landing"),
    landed: text("landed"),
    /** Rises: earlier delivered. */
    priority: integer("priority").notNull().default(0),
    /** Set by a person: nothing below it starts meanwhile; nothing below it starts any more. */
    pausedAt: time("paused_at"),
    cancelRequestedAt: time("cancel_requested_at"),
    /** On roots: when its fan-out has taken as long as it may, and what all below it received. */
    stopAt: time("stop_at"),
    bytes: integer("bytes").notNull().default(0),
    /** Kept by triggers, on root task runs only. */
    subtasks: integer("subtasks").notNull().default(0),
    openSubtasks: integer("open_subtasks").notNull().default(0),
    failedSubtasks: integer("failed_subtasks").notNull().default(0),
  },
  (t) => [
    uniqueIndex("task_runs_key").on(t.runId, t.task, t.key),
    uniqueIndex("task_runs_landed").on(t.runId, t.task, t.landed).where(sql`landed IS NOT NULL`),
    index("task_runs_stopping").on(t.stopAt).where(sql`stop_at IS NOT NULL`),
    index("task_runs_by_run").on(t.runId, t.id),
    index("task_runs_by_parent").on(t.parentId, t.id),
    index("task_runs_by_state").on(t.runId, t.state, t.id),
    index("task_runs_open").on(t.state, t.id).where(sql`state IN ('queued', 'running')`),
    /** So that what concerns an operation's own tasks never looks at their subtasks. */
    index("task_runs_roots").on(t.runId, t.id).where(sql`parent_id IS NULL`),
    index("task_runs_awaiting").on(t.awaits, t.availableAt).where(sql`awaits IS NOT NULL`),
    index("task_runs_locks").on(t.lock, t.state, t.id).where(sql`lock IS NOT NULL`),
    check("task_runs_hook", eitherOf("hook", HOOKS)),
    check("task_runs_state", eitherOf("state", STATES)),
    check("task_runs_kind", eitherOf("kind", KINDS)),
    check("task_runs_finished", sql`(finished_at IS NOT NULL) = (${eitherOf("state", FINAL_STATES)})`),
    check(
      "task_runs_running_has_owner",
      sql`state <> 'running' OR (boot IS NOT NULL AND node IS NOT NULL AND attempt > 0)`,
    ),
    check("task_runs_subtask_has_key", sql`parent_id IS NULL OR key <> ''`),
    check("task_runs_root", sql`(parent_id IS NULL) = (root_id = id)`),
    check("task_runs_open_subtasks", sql`open_subtasks >= 0`),
  ],
);

/** `taskRunId` may start only after `needsId` and all its subtasks succeeded; a fallback, only after that failed for good. */
export const taskRunEdges = sqliteTable(
  "task_run_edges",
  {
    taskRunId: text("task_run_id")
      .notNull()
      .references(() => taskRuns.id, { onDelete: "cascade" }),
    needsId: text("needs_id")
      .notNull()
      .references(() => taskRuns.id, { onDelete: "cascade" }),
    onFailure: integer("on_failure", { mode: "boolean" }).notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.taskRunId, t.needsId] }),
    index("task_run_edges_by_needs").on(t.needsId),
    check("task_run_edges_not_itself", sql`task_run_id <> needs_id`),
  ],
);

/** Subtasks that were wanted and not started, each once, up to a number per run; the run counts all of them. */
export const notStarted = sqliteTable(
  "not_started",
  {
    runId: text("run_id")
      .notNull()
      .references(() => runs.id, { onDelete: "cascade" }),
    task: text("task").notNull(),
    key: text("key").notNull(),
    parentId: text("parent_id").notNull(),
    reason: text("reason").$type<StopReason>().notNull(),
    time: time("time").notNull(),
    detail: text("detail"),
  },
  (t) => [
    primaryKey({ columns: [t.runId, t.task, t.key] }),
    index("not_started_by_reason").on(t.runId, t.reason),
    check("not_started_reason", oneOf("reason", STOP_REASONS)),
  ],
);

/** How many subtasks a root has per host and per template; only where its task limits that. */
export const fanOut = sqliteTable(
  "fan_out",
  {
    rootId: text("root_id")
      .notNull()
      .references(() => taskRuns.id, { onDelete: "cascade" }),
    /** `host example.com`, or `template example.com/articles/:n`. */
    name: text("name").notNull(),
    subtasks: integer("subtasks").notNull(),
  },
  (t) => [primaryKey({ columns: [t.rootId, t.name] })],
);

const ATTEMPT_STATES = ["running", "interrupted", ...FINAL_STATES] as const;

export const attempts = sqliteTable(
  "attempts",
  {
    taskRunId: text("task_run_id")
      .notNull()
      .references(() => taskRuns.id, { onDelete: "cascade" }),
    number: integer("number").notNull(),
    state: text("state").$type<(typeof ATTEMPT_STATES)[number]>().notNull(),
    reason: text("reason").$type<Reason>().notNull(),
    node: text("node").notNull(),
    startedAt: time("started_at").notNull(),
    finishedAt: time("finished_at"),
    error: json<ErrorInfo>("error"),
    usage: json<Usage>("usage"),
  },
  (t) => [
    primaryKey({ columns: [t.taskRunId, t.number] }),
    index("attempts_running").on(t.taskRunId).where(sql`state = 'running'`),
    check("attempts_state", eitherOf("state", ATTEMPT_STATES)),
    check("attempts_finished", sql`(finished_at IS NULL) = (state = 'running')`),
  ],
);

/** How many may run at once under a lock whose limit follows the load of the machine; kept while the server is up. */
export const adaptiveLimits = sqliteTable("adaptive_limits", {
  lock: text("lock").primaryKey(),
  places: integer("places").notNull(),
});
