/** The statements by which people stop runs and start them again. */
import type { InStatement } from "@libsql/client";
import { canonicalJson, jsonText } from "../core/json.ts";
import type { RetryChange } from "../core/run-store.ts";
import { FENCE } from "./database.ts";
import { DELIVERY_COLUMNS } from "./rows.ts";

/** Fenced on a run that is not final; then, in this order: what was taken from the queue, what still runs. */
export function cancelStatements(runId: string, now: number): InStatement[] {
  return [
    { sql: "UPDATE runs SET cancel_requested_at = ? WHERE id = ? AND finished_at IS NULL", args: [now, runId] },
    FENCE,
    {
      sql: `UPDATE task_runs SET state = 'cancelled', reason = 'cancelled', finished_at = ?, awaits = NULL
            WHERE run_id = ? AND state IN ('waiting', 'queued') RETURNING id`,
      args: [now, runId],
    },
    { sql: "SELECT id FROM task_runs WHERE run_id = ? AND state = 'running'", args: [runId] },
    closeWaitingAttempts(runId, now),
  ];
}

/** Attempts that waited without a worker have nobody else who would end them. */
export function closeWaitingAttempts(runId: string, now: number): InStatement {
  return {
    sql: `UPDATE attempts SET state = 'cancelled', reason = 'cancelled', finished_at = ?
          WHERE state = 'running' AND task_run_id IN (SELECT id FROM task_runs WHERE run_id = ? AND state = 'cancelled')`,
    args: [now, runId],
  };
}

const RETRYABLE =
  "run_id = ?1 AND (state IN ('failed', 'cancelled') OR (state = 'skipped' AND reason IN ('upstream_failed', 'fail_fast')))";
/** The task to start again from, and everything behind it. ?3: its name, or null. */
const BEHIND = `WITH RECURSIVE behind (id) AS (
  SELECT id FROM task_runs WHERE run_id = ?1 AND parent_id IS NULL AND task = ?3
  UNION SELECT e.task_run_id FROM task_run_edges e JOIN behind b ON e.needs_id = b.id)`;
const IS_BEHIND = "id IN (SELECT id FROM behind)";
/** Of what is tried again; hooks, too, as the run ends anew. */
const FOLLOWERS = `(run_id = ?1 AND parent_id IS NULL AND (hook IS NOT NULL OR EXISTS (
  SELECT 1 FROM task_run_edges e JOIN task_runs n ON n.id = e.needs_id
  WHERE e.task_run_id = task_runs.id AND e.on_failure = 1 AND (n.state IN ('queued', 'waiting') OR n.open_subtasks > 0))))`;

/**
 * Fenced on a run that is final and has something to retry. What has needs goes back to waiting (the follow-up then lets it go on),
 * everything else to the queue. The run goes first: a final run refuses open task runs.
 */
export function retryStatements(runId: string, change: RetryChange, now: number): InStatement[] {
  const { from = null, input = null, inputs = [] } = change;
  return [
    {
      sql: `${BEHIND} UPDATE runs SET state = CASE WHEN lock IS NULL THEN 'running' ELSE 'queued' END, reason = 'retried', finished_at = NULL, summary = NULL, tolerated = 0, cancel_requested_at = NULL, timed_out = 0,
              expires_at = ?2 + timeout, input = coalesce(?4, input)
            WHERE id = ?1 AND finished_at IS NOT NULL AND (EXISTS (SELECT 1 FROM task_runs WHERE ${RETRYABLE}) OR EXISTS (SELECT 1 FROM behind))`,
      args: [runId, now, from, input === null ? null : canonicalJson(input)],
    },
    FENCE,
    ...(from === null ? [] : forgetSubtasks(runId, now, from)),
    {
      sql: `${BEHIND} UPDATE task_runs SET reason = 'retried', finished_at = NULL, error = NULL, failures = 0, interruptions = 0, available_at = ?2,
              state = CASE WHEN EXISTS (SELECT 1 FROM task_run_edges e WHERE e.task_run_id = task_runs.id) THEN 'waiting' ELSE 'queued' END
            WHERE (${RETRYABLE} OR (run_id = ?1 AND ${IS_BEHIND})) AND (hook IS NULL OR parent_id IS NOT NULL) RETURNING ${DELIVERY_COLUMNS}, state`,
      args: [runId, now, from],
    },
    {
      sql: `UPDATE task_runs SET state = 'waiting', reason = 'retried', finished_at = NULL, error = NULL, failures = 0, interruptions = 0
            WHERE ${FOLLOWERS} AND finished_at IS NOT NULL RETURNING ${DELIVERY_COLUMNS}, state`,
      args: [runId],
    },
    ...(inputs.length > 0 ? [setInputs(runId, inputs)] : []),
    {
      sql: "INSERT INTO events (time, kind, run_id, name, data) SELECT ?2, 'run.retried', id, name, json_object('from', ?3, 'input', json(?4)) FROM runs WHERE id = ?1",
      args: [runId, now, from, input === null ? null : canonicalJson(input)],
    },
  ];
}

/** A task that starts from the beginning spawns anew, by the same keys; what its subtasks saved stays. */
function forgetSubtasks(runId: string, now: number, from: string): InStatement[] {
  const counted = ["waiting", "queued", "running", "succeeded", "failed", "cancelled", "skipped"];
  const recount = counted.map(
    (state) => `${state} = (SELECT count(*) FROM task_runs WHERE run_id = ?1 AND state = '${state}')`,
  );
  return [
    {
      sql: `${BEHIND} DELETE FROM task_runs WHERE run_id = ?1 AND parent_id IS NOT NULL AND root_id IN (SELECT id FROM behind)`,
      args: [runId, now, from],
    },
    {
      sql: `${BEHIND} UPDATE task_runs SET key = '', landed = NULL, bytes = 0, stop_at = NULL, subtasks = 0, open_subtasks = 0, failed_subtasks = 0 WHERE ${IS_BEHIND}`,
      args: [runId, now, from],
    },
    // What was too much the first time is counted anew.
    { sql: `${BEHIND} DELETE FROM fan_out WHERE root_id IN (SELECT id FROM behind)`, args: [runId, now, from] },
    { sql: `UPDATE runs SET ${recount.join(", ")} WHERE id = ?1`, args: [runId] },
  ];
}

/** Of what is tried again only: the others keep what they were given. */
function setInputs(runId: string, inputs: NonNullable<RetryChange["inputs"]>): InStatement {
  return {
    sql: `UPDATE task_runs SET input = (SELECT d.value->'input' FROM json_each(?2) AS d WHERE d.value->>'id' = task_runs.id)
          WHERE run_id = ?1 AND state IN ('waiting', 'queued') AND id IN (SELECT value->>'id' FROM json_each(?2))`,
    args: [runId, jsonText(inputs)],
  };
}
