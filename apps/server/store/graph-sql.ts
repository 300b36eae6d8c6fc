/**
 * What the end of one task run means for the others of its run, in this order: what is cancelled with it, what cannot start any
 * more, what is ready, the hooks, the run itself. All of it costs nothing for runs where no task run waits, such as a crawl's.
 */
import type { InStatement } from "@libsql/client";
import { wakeByRun } from "./lock-sql.ts";
import { DELIVERY_COLUMNS } from "./rows.ts";
import { NOT_STARTED, NOT_STARTED_WORDS } from "./stop-sql.ts";
import { isCancelledAbove } from "./subtree-sql.ts";
import { IS_WITHIN, TOLERATED, WENT_WELL_BELOW } from "./tolerance-sql.ts";

/** Everything that may follow from the end of a task run. The event stays right behind the end of the run. */
export function followUp(runId: string, now: number): InStatement[] {
  return [...IN_ORDER.map((sql) => ({ sql, args: [runId, now] })), wakeByRun(runId)];
}

const FINAL = "('succeeded', 'failed', 'cancelled', 'skipped')";
const WENT_WELL = (row: string): string =>
  `(${row}.open_subtasks = 0 AND ((${row}.state = 'succeeded' AND ${WENT_WELL_BELOW(row)}) OR (${row}.state = 'skipped' AND ${row}.reason = 'condition')))`;
/** For good: no attempt is left. */
const FAILED = (row: string): string =>
  `(${row}.open_subtasks = 0 AND (${row}.state = 'failed' OR (${row}.state = 'succeeded' AND NOT ${WENT_WELL_BELOW(row)})))`;
const FALLBACK = (row: string, how: string): string =>
  `EXISTS (SELECT 1 FROM task_run_edges b CROSS JOIN task_runs f ON f.id = b.task_run_id WHERE b.needs_id = ${row}.id AND b.on_failure = 1 AND ${how})`;
const SAVED = (row: string): string =>
  FALLBACK(row, `f.state = 'succeeded' AND f.open_subtasks = 0 AND ${WENT_WELL_BELOW("f")}`);
const MAY_BE_SAVED = (row: string): string =>
  FALLBACK(
    row,
    `(f.state IN ('waiting', 'queued', 'running') OR f.open_subtasks > 0 OR (f.state = 'succeeded' AND ${WENT_WELL_BELOW("f")}))`,
  );

/** Condition on a row of `task_runs`: its run was cancelled, or its time is over, which hooks outlive. */
export const STOPPED = `(SELECT r.cancel_requested_at IS NOT NULL OR (r.timed_out AND task_runs.hook IS NULL) OR (r.marks > 0 AND ${isCancelledAbove("task_runs")}) FROM runs r WHERE r.id = task_runs.run_id)`;

/** A task of the run failed, and no fallback succeeded in its place. What was cancelled beside tolerated failures is no failure. */
export const FAILING_TASKS = `FROM task_runs t WHERE t.run_id = ?1 AND t.parent_id IS NULL AND t.hook IS NULL AND ${FAILED("t")}
  AND NOT (t.state = 'succeeded' AND ${IS_WITHIN("t")}) AND NOT ${SAVED("t")}`;
/** Condition on a row of `runs`, whose id is ?1. Looks at task runs only when there is a failed one. */
const RUN_FAILED = `(timed_out OR (failed > 0 AND EXISTS (SELECT 1 ${FAILING_TASKS})))`;

/** What a task spawned, or wants to try again, while its run was being stopped is cancelled with it. */
const CANCEL_SPAWNED = `UPDATE task_runs SET state = 'cancelled', reason = 'cancelled', finished_at = ?2, awaits = NULL
  WHERE id IN (SELECT t.id FROM runs r CROSS JOIN task_runs t ON t.run_id = r.id AND t.state IN ('waiting', 'queued')
    WHERE r.id = ?1 AND (r.cancel_requested_at IS NOT NULL OR r.timed_out) AND (r.cancel_requested_at IS NOT NULL OR t.hook IS NULL))`;

/**
 * waiting → skipped for everything that needs, directly or through others, a task run that did not succeed.
 * CROSS JOIN keeps SQLite walking from the few that wait, never from a crawl's 100,000 subtasks.
 */
const SKIP_DOOMED = `WITH RECURSIVE doomed (id) AS (
    SELECT w.id FROM task_runs w CROSS JOIN task_run_edges e ON e.task_run_id = w.id AND e.on_failure = 0 CROSS JOIN task_runs n ON n.id = e.needs_id
    WHERE w.run_id = ?1 AND w.state = 'waiting' AND n.open_subtasks = 0 AND n.state IN ${FINAL} AND NOT ${WENT_WELL("n")} AND NOT (${FAILED("n")} AND ${MAY_BE_SAVED("n")})
    UNION SELECT e.task_run_id FROM task_run_edges e JOIN doomed d ON e.needs_id = d.id AND e.on_failure = 0)
  UPDATE task_runs SET state = 'skipped', reason = 'upstream_failed', finished_at = ?2
  WHERE id IN (SELECT id FROM doomed) AND state = 'waiting'`;

/** waiting → skipped for fallbacks of what did not fail. */
const SKIP_UNNEEDED = `UPDATE task_runs SET state = 'skipped', reason = 'not_needed', finished_at = ?2
  WHERE run_id = ?1 AND state = 'waiting' AND EXISTS (
    SELECT 1 FROM task_run_edges e CROSS JOIN task_runs n ON n.id = e.needs_id
    WHERE e.task_run_id = task_runs.id AND e.on_failure = 1 AND n.open_subtasks = 0 AND n.state IN ${FINAL} AND NOT ${FAILED("n")})`;

/** waiting → queued for everything whose needs have all been met, subtasks included. */
const QUEUE_READY = `UPDATE task_runs SET state = 'queued', reason = 'ready', available_at = ?2
  WHERE run_id = ?1 AND state = 'waiting' AND hook IS NULL AND awaits IS NULL AND NOT EXISTS (
    SELECT 1 FROM task_run_edges e JOIN task_runs n ON n.id = e.needs_id
    WHERE e.task_run_id = task_runs.id AND NOT CASE WHEN e.on_failure THEN ${FAILED("n")} ELSE ${WENT_WELL("n")} OR (${FAILED("n")} AND ${SAVED("n")}) END)
  RETURNING ${DELIVERY_COLUMNS}`;

const HOOK_IS_ASKED = `(hook = 'finish' OR (hook = 'failure') = (SELECT ${RUN_FAILED} FROM runs WHERE id = ?1))`;
/** waiting → queued (or skipped) for the hooks of a run, when they are all that is left. */
const START_HOOKS = `UPDATE task_runs SET available_at = ?2, state = CASE WHEN ${HOOK_IS_ASKED} THEN 'queued' ELSE 'skipped' END,
    reason = CASE WHEN ${HOOK_IS_ASKED} THEN 'ready' ELSE 'not_needed' END, finished_at = CASE WHEN ${HOOK_IS_ASKED} THEN NULL ELSE ?2 END
  WHERE run_id = ?1 AND state = 'waiting' AND hook IS NOT NULL AND awaits IS NULL AND (SELECT hooks > 0 AND waiting = hooks AND queued + running = 0 FROM runs WHERE id = ?1)
  RETURNING ${DELIVERY_COLUMNS}, state`;

const TOLERATED_WORDS = `(SELECT CASE n WHEN 0 THEN '' WHEN failed THEN ' (tolerated)' ELSE ' (' || n || ' of them tolerated)' END FROM (SELECT ${TOLERATED} AS n))`;

const SUMMARY = `CASE WHEN succeeded + failed + cancelled + skipped = 1 THEN '' ELSE (succeeded + failed + cancelled + skipped) || ' task runs: ' END
  || rtrim(CASE WHEN succeeded > 0 THEN succeeded || ' succeeded, ' ELSE '' END || CASE WHEN failed > 0 THEN failed || ' failed' || ${TOLERATED_WORDS} || ', ' ELSE '' END
  || CASE WHEN cancelled > 0 THEN cancelled || ' cancelled, ' ELSE '' END || CASE WHEN skipped > 0 THEN skipped || ' skipped, ' ELSE '' END, ', ')
  || CASE WHEN failed > 0 THEN coalesce(': ' || substr((SELECT json_extract(t.error, '$.message') FROM task_runs t WHERE t.run_id = runs.id AND t.state = 'failed' ORDER BY t.id LIMIT 1), 1, 200), '') ELSE '' END
  || CASE WHEN ${NOT_STARTED} > 0 THEN '; not started: ' || rtrim(${NOT_STARTED_WORDS}, ', ') ELSE '' END`;

/** Of what neither failed nor was cancelled: something was done, or there is no task at all. */
const WENT = "(succeeded > 0 OR skipped = 0)";

/** A run is final when its last task run is. */
const FINISH_RUN = `UPDATE runs SET finished_at = ?2, expires_at = NULL, summary = ${SUMMARY}, tolerated = ${TOLERATED},
    state = CASE WHEN ${RUN_FAILED} THEN 'failed' WHEN cancelled > 0 THEN 'cancelled' WHEN ${WENT} THEN 'succeeded' ELSE 'skipped' END,
    reason = CASE WHEN timed_out THEN 'timeout' WHEN ${RUN_FAILED} THEN 'task_failed' WHEN cancelled > 0 THEN 'cancelled' WHEN ${WENT} THEN 'completed' ELSE 'skipped' END
  WHERE id = ?1 AND finished_at IS NULL AND waiting + queued + running = 0 RETURNING id, name, state`;

/** Right after `FINISH_RUN`: says so in the events, exactly when it did. */
const INSERT_FINISHED_EVENT = `INSERT INTO events (time, kind, run_id, name, data)
  SELECT ?2, 'run.finished', id, name, json_object('state', state, 'reason', reason, 'summary', summary, 'parentTask', parent_task_run_id,
    'runsBelow', (SELECT count(*) FROM runs c WHERE c.trigger_run_id = runs.id AND c.parent_task_run_id IS NOT NULL AND c.finished_at IS NULL)) FROM runs WHERE id = ?1 AND changes() = 1`;

const IN_ORDER = [
  CANCEL_SPAWNED,
  SKIP_DOOMED,
  SKIP_UNNEEDED,
  QUEUE_READY,
  START_HOOKS,
  FINISH_RUN,
  INSERT_FINISHED_EVENT,
];
