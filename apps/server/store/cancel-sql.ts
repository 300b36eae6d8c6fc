/** The statements by which people stop runs and start them again. */
import type { InStatement } from "@libsql/client";
import { FENCE } from "./database.ts";
import { DELIVERY_COLUMNS } from "./rows.ts";

/** Fenced on a run that is not final; then, in this order: what was taken from the queue, what still runs. */
export function cancelStatements(runId: string, now: number): InStatement[] {
  return [
    { sql: "UPDATE runs SET cancel_requested_at = ? WHERE id = ? AND finished_at IS NULL", args: [now, runId] },
    FENCE,
    {
      sql: `UPDATE task_runs SET state = 'cancelled', reason = 'cancelled', finished_at = ?
            WHERE run_id = ? AND state IN ('waiting', 'queued') RETURNING id`,
      args: [now, runId],
    },
    { sql: "SELECT id FROM task_runs WHERE run_id = ? AND state = 'running'", args: [runId] },
  ];
}

/**
 * Fenced on a run that is final and has something to retry. What has needs goes back to waiting (`queueReady` then lets it go on),
 * everything else to the queue. The run goes first: a final run refuses open task runs.
 */
export function retryStatements(runId: string, now: number): InStatement[] {
  const retryable =
    "run_id = ?1 AND (state IN ('failed', 'cancelled') OR (state = 'skipped' AND reason = 'upstream_failed'))";
  return [
    {
      sql: `UPDATE runs SET state = 'running', reason = 'retried', finished_at = NULL, summary = NULL, cancel_requested_at = NULL
            WHERE id = ?1 AND finished_at IS NOT NULL AND EXISTS (SELECT 1 FROM task_runs WHERE ${retryable})`,
      args: [runId],
    },
    FENCE,
    {
      sql: `UPDATE task_runs SET reason = 'retried', finished_at = NULL, error = NULL, failures = 0, interruptions = 0, available_at = ?2,
              state = CASE WHEN EXISTS (SELECT 1 FROM task_run_edges e WHERE e.task_run_id = task_runs.id) THEN 'waiting' ELSE 'queued' END
            WHERE ${retryable} RETURNING ${DELIVERY_COLUMNS}, state`,
      args: [runId, now],
    },
    {
      sql: "INSERT INTO events (time, kind, run_id, name, data) SELECT ?2, 'run.retried', id, name, '{}' FROM runs WHERE id = ?1",
      args: [runId, now],
    },
  ];
}
