/**
 * Parts of a run that a person pauses, cancels or tries again: a task run with all that was spawned below it. What was done to it is
 * written on its row (a mark); the run counts its marks, so that nobody walks up a tree in runs that have none.
 */
import type { InStatement } from "@libsql/client";
import { FENCE } from "./database.ts";
import { DELIVERY_COLUMNS } from "./rows.ts";

/** The task run ?2 of the run ?1 and all below it, as rows `below`; the whole run if ?2 is null. */
const BELOW = `WITH RECURSIVE below (id) AS (
  SELECT id FROM task_runs WHERE run_id = ?1 AND (id = ?2 OR (?2 IS NULL AND parent_id IS NULL))
  UNION ALL SELECT t.id FROM below b CROSS JOIN task_runs t ON t.parent_id = b.id)`;
const IS_BELOW = "id IN (SELECT id FROM below)";
const OPEN = "('waiting', 'queued', 'running')";

/** Whether the task run `start` (SQL), or one that it descends from, has a mark. */
const marked = (start: string, mark: "paused_at" | "cancel_requested_at"): string => `EXISTS (
  WITH RECURSIVE up (id, parent_id, mark) AS (
    SELECT s.id, s.parent_id, s.${mark} FROM task_runs s WHERE s.id = ${start}
    UNION ALL SELECT p.id, p.parent_id, p.${mark} FROM up CROSS JOIN task_runs p ON p.id = up.parent_id)
  SELECT 1 FROM up WHERE mark IS NOT NULL)`;

/** Condition on a row of `task_runs`: it, its run, or something above it is paused. */
export const isPaused = (row: string): string =>
  `EXISTS (SELECT 1 FROM runs m WHERE m.id = ${row}.run_id AND m.marks > 0 AND (m.paused_at IS NOT NULL OR ${marked(`${row}.id`, "paused_at")}))`;

/** Likewise: something above it, or itself, was cancelled. */
export const isCancelledAbove = (row: string): string =>
  `EXISTS (SELECT 1 FROM runs m WHERE m.id = ${row}.run_id AND m.marks > 0 AND ${marked(`${row}.id`, "cancel_requested_at")})`;

const CANCEL_STRAY = `UPDATE task_runs SET state = 'cancelled', reason = 'cancelled', finished_at = ?3, awaits = NULL WHERE id IN (
    SELECT t.id FROM runs r CROSS JOIN task_runs t ON t.id = ?2 OR t.parent_id = ?2
    WHERE r.id = ?1 AND r.marks > 0 AND t.state IN ('queued', 'waiting') AND ${marked("?2", "cancel_requested_at")})`;

/** What an attempt spawned, or wants to try again, while what it is part of was cancelled, is cancelled with it. */
export function cancelStray(runId: string, taskRunId: string, now: number): InStatement {
  return { sql: CANCEL_STRAY, args: [runId, taskRunId, now] };
}

/** Fenced on something that is open and not paused yet; then what was taken from the queue. */
export function pauseStatements(runId: string, taskRunId: string | null, now: number): InStatement[] {
  return [
    ...mark(runId, taskRunId, now, "paused_at"),
    {
      sql: `${BELOW} UPDATE task_runs SET reason = 'paused' WHERE ${IS_BELOW} AND state = 'queued' RETURNING id`,
      args: [runId, taskRunId],
    },
    say("run.paused", runId, taskRunId, now),
  ];
}

/** Fenced on a pause of its own; then what goes on, unless something else keeps it paused. */
export function resumeStatements(runId: string, taskRunId: string | null, now: number): InStatement[] {
  const clear: InStatement =
    taskRunId === null
      ? {
          sql: "UPDATE runs SET paused_at = NULL, marks = marks - 1 WHERE id = ? AND paused_at IS NOT NULL",
          args: [runId],
        }
      : {
          sql: "UPDATE task_runs SET paused_at = NULL WHERE id = ? AND run_id = ? AND paused_at IS NOT NULL",
          args: [taskRunId, runId],
        };
  return [
    clear,
    FENCE,
    ...(taskRunId === null ? [] : [countMarks(runId)]),
    {
      sql: `${BELOW} UPDATE task_runs SET reason = 'ready' WHERE ${IS_BELOW} AND state = 'queued' AND reason = 'paused' AND NOT ${isPaused("task_runs")}
            RETURNING ${DELIVERY_COLUMNS}, state`,
      args: [runId, taskRunId],
    },
    say("run.resumed", runId, taskRunId, now),
  ];
}

/** Fenced on something that is open; then what was taken from the queue, and what still runs. */
export function cancelBelowStatements(runId: string, taskRunId: string, now: number): InStatement[] {
  const args = [runId, taskRunId];
  return [
    ...mark(runId, taskRunId, now, "cancel_requested_at"),
    {
      sql: `${BELOW} UPDATE task_runs SET state = 'cancelled', reason = 'cancelled', finished_at = ?3, awaits = NULL
            WHERE ${IS_BELOW} AND state IN ('waiting', 'queued') RETURNING id`,
      args: [...args, now],
    },
    { sql: `${BELOW} SELECT id FROM task_runs WHERE ${IS_BELOW} AND state = 'running'`, args },
    say("run.cancelled_part", runId, taskRunId, now),
  ];
}

/** Items of a list that did not begin because of one that is tried again. */
const LEFT_OUT = `(run_id = ?1 AND state = 'skipped' AND reason = 'fail_fast' AND root_id IN (SELECT b.root_id FROM task_runs b WHERE ${IS_BELOW.replace("id", "b.id")}))`;

/**
 * Fenced on something to try again. What failed or was cancelled is queued; what could not start because of that waits again, hooks
 * too if the run had ended. What was cancelled above it is so no longer.
 */
export function retryBelowStatements(
  runId: string,
  taskRunId: string | null,
  onlyFailed: boolean,
  now: number,
): InStatement[] {
  const again = `state IN (${onlyFailed ? "'failed'" : "'failed', 'cancelled'"})`;
  const reopened = (column: string, value: string): string =>
    `${column} = CASE WHEN finished_at IS NULL THEN ${column} ELSE ${value} END`;
  return [
    {
      sql: `${BELOW} UPDATE runs SET ${reopened("state", "CASE WHEN lock IS NULL THEN 'running' ELSE 'queued' END")}, ${reopened("reason", "'retried'")},
              ${reopened("expires_at", "?3 + timeout")}, finished_at = NULL, summary = NULL, tolerated = 0, cancel_requested_at = NULL, timed_out = 0
            WHERE id = ?1 AND EXISTS (SELECT 1 FROM task_runs WHERE ${IS_BELOW} AND ${again})`,
      args: [runId, taskRunId, now],
    },
    FENCE,
    ...unmark(runId, taskRunId),
    {
      sql: `${BELOW} UPDATE task_runs SET state = 'queued', reason = 'retried', finished_at = NULL, error = NULL, failures = 0, interruptions = 0, available_at = ?3
            WHERE ((${IS_BELOW} AND ${again}) OR ${LEFT_OUT}) AND hook IS NULL RETURNING ${DELIVERY_COLUMNS}, state`,
      args: [runId, taskRunId, now],
    },
    {
      sql: `UPDATE task_runs SET state = 'waiting', reason = 'retried', finished_at = NULL, error = NULL, failures = 0, interruptions = 0
            WHERE run_id = ?1 AND parent_id IS NULL AND finished_at IS NOT NULL AND ((state = 'skipped' AND reason IN ('upstream_failed', 'not_needed')) OR hook IS NOT NULL)
            RETURNING ${DELIVERY_COLUMNS}, state`,
      args: [runId],
    },
    say("run.retried", runId, taskRunId, now),
  ];
}

function mark(
  runId: string,
  taskRunId: string | null,
  now: number,
  what: "paused_at" | "cancel_requested_at",
): InStatement[] {
  if (taskRunId === null)
    return [
      {
        sql: `UPDATE runs SET ${what} = ?, marks = marks + 1 WHERE id = ? AND finished_at IS NULL AND ${what} IS NULL`,
        args: [now, runId],
      },
      FENCE,
    ];
  return [
    {
      sql: `${BELOW} UPDATE task_runs SET ${what} = ?3 WHERE id = ?2 AND run_id = ?1 AND ${what} IS NULL
            AND EXISTS (SELECT 1 FROM task_runs o WHERE o.id IN (SELECT id FROM below) AND o.state IN ${OPEN})`,
      args: [runId, taskRunId, now],
    },
    FENCE,
    countMarks(runId),
  ];
}

/** Cancellations of all that is tried again, and of what it is part of. */
function unmark(runId: string, taskRunId: string | null): InStatement[] {
  const above = `id IN (WITH RECURSIVE up (id) AS (SELECT ?2 UNION ALL SELECT p.parent_id FROM up CROSS JOIN task_runs p ON p.id = up.id WHERE p.parent_id IS NOT NULL) SELECT id FROM up)`;
  return [
    {
      sql: `${BELOW} UPDATE task_runs SET cancel_requested_at = NULL WHERE run_id = ?1 AND cancel_requested_at IS NOT NULL AND (${IS_BELOW} OR ${above})`,
      args: [runId, taskRunId],
    },
    countMarks(runId),
  ];
}

function countMarks(runId: string): InStatement {
  return {
    sql: `UPDATE runs SET marks = (paused_at IS NOT NULL) + (SELECT count(*) FROM task_runs t WHERE t.run_id = runs.id AND (t.paused_at IS NOT NULL OR t.cancel_requested_at IS NOT NULL))
          WHERE id = ?`,
    args: [runId],
  };
}

function say(kind: string, runId: string, taskRunId: string | null, now: number): InStatement {
  return {
    sql: "INSERT INTO events (time, kind, run_id, task_run_id, name, data) SELECT ?3, ?4, id, ?2, name, '{}' FROM runs WHERE id = ?1",
    args: [runId, taskRunId, now, kind],
  };
}
