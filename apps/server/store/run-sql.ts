/**
 * The SQL of state transitions: one named statement per verb, each guarded by the state (and attempt) it expects.
 * Raw SQL because the guards, `json_each` inserts and recursive walks have no shorter form in a query builder.
 */
import type { InStatement } from "@libsql/client";
import { canonicalJson, jsonText } from "../core/json.ts";
import { MAX_INTERRUPTIONS } from "../core/retry.ts";
import type { Failure, RunDraft, Ticket } from "../core/run-store.ts";
import type { Reason, State } from "../core/words.ts";
import { DELIVERY_COLUMNS } from "./rows.ts";

const text = (value: unknown): string | null => (value === null || value === undefined ? null : jsonText(value));

export function insertRun(draft: RunDraft, now: number): InStatement {
  const { trigger } = draft;
  return {
    sql: `INSERT INTO runs (id, name, kind, state, reason, trigger_kind, trigger_id, nominal_at, trigger_run_id, cause, idempotency_key, input, report, created_at)
          VALUES (?, ?, ?, 'queued', 'created', ?, ?, ?, ?, ?, ?, ?, '{}', ?)`,
    args: [
      draft.id,
      draft.name,
      draft.kind,
      trigger.kind,
      trigger.id,
      trigger.nominalAt,
      trigger.runId,
      text(trigger.cause),
      draft.idempotencyKey,
      canonicalJson(draft.input),
      now,
    ],
  };
}

/** queued → running */
export function claim(taskRunId: string, owner: { node: string; boot: string }, now: number): InStatement {
  return {
    sql: `UPDATE task_runs SET state = 'running', reason = 'claimed', attempt = attempt + 1, node = ?, boot = ?, started_at = coalesce(started_at, ?), error = NULL
          WHERE id = ? AND state = 'queued'`,
    args: [owner.node, owner.boot, now, taskRunId],
  };
}

export function openAttempt(taskRunId: string, now: number): InStatement {
  return {
    sql: `INSERT INTO attempts (task_run_id, number, state, reason, node, started_at)
          SELECT id, attempt, 'running', 'claimed', node, ? FROM task_runs WHERE id = ?`,
    args: [now, taskRunId],
  };
}

export function startRun(taskRunId: string, now: number): InStatement {
  return {
    sql: `UPDATE runs SET state = 'running', reason = 'claimed', started_at = coalesce(started_at, ?)
          WHERE id = (SELECT run_id FROM task_runs WHERE id = ?) AND state = 'queued'`,
    args: [now, taskRunId],
  };
}

/** A root that spawns by a key takes its own, before its subtasks are inserted: the page a crawl starts at is not visited again. */
export function takeOwnKey(ticket: Ticket, key: string): InStatement {
  return {
    sql: "UPDATE task_runs SET key = ? WHERE id = ? AND parent_id IS NULL AND key = ''",
    args: [key, ticket.taskRunId],
  };
}

export interface EndOfAttempt {
  readonly state: State;
  readonly reason: Reason;
  readonly output?: unknown;
  readonly error?: unknown;
  readonly usage: unknown;
  readonly availableAt?: number;
  readonly failed: boolean;
}

/** running → whatever the attempt led to */
export function endAttempt(ticket: Ticket, end: EndOfAttempt, now: number): InStatement {
  const final = end.state !== "queued";
  return {
    sql: `UPDATE task_runs SET state = ?1, reason = ?2, output = ?3, error = ?4, usage = ?5, finished_at = ?6, available_at = coalesce(?7, available_at),
                 failures = failures + ?8, boot = NULL
          WHERE id = ?9 AND state = 'running' AND attempt = ?10`,
    args: [
      end.state,
      end.reason,
      text(end.output),
      text(end.error),
      text(end.usage),
      final ? now : null,
      end.availableAt ?? null,
      end.failed ? 1 : 0,
      ticket.taskRunId,
      ticket.attempt,
    ],
  };
}

export function closeAttempt(ticket: Ticket, end: EndOfAttempt, now: number): InStatement {
  return {
    sql: "UPDATE attempts SET state = ?, reason = ?, error = ?, usage = ?, finished_at = ? WHERE task_run_id = ? AND number = ?",
    args: [end.state, end.reason, text(end.error), text(end.usage), now, ticket.taskRunId, ticket.attempt],
  };
}

/** Says in the events that an attempt did not succeed; success is told by the run. */
export function insertFailedEvent(
  ticket: Ticket,
  kind: "task_run.failed" | "task_run.retry",
  failure: Failure,
  now: number,
): InStatement {
  return {
    sql: `INSERT INTO events (time, kind, run_id, task_run_id, name, data)
          SELECT ?, ?, run_id, id, task, json_object('key', key, 'attempt', attempt, 'reason', ?, 'message', ?) FROM task_runs WHERE id = ?`,
    args: [now, kind, failure.reason, failure.error.message.slice(0, 1000), ticket.taskRunId],
  };
}

/** What a task spawned while its run was being cancelled is cancelled with it. */
export function cancelSpawned(runId: string, now: number): InStatement {
  return {
    sql: `UPDATE task_runs SET state = 'cancelled', reason = 'cancelled', finished_at = ?2
          WHERE run_id = ?1 AND state IN ('waiting', 'queued') AND (SELECT cancel_requested_at FROM runs WHERE id = ?1) IS NOT NULL`,
    args: [runId, now],
  };
}

/**
 * waiting → skipped for everything that needs, directly or through others, a task run that did not succeed.
 * CROSS JOIN keeps SQLite walking from the few that wait, never from a crawl's 100,000 subtasks.
 */
export function skipDoomed(runId: string, now: number): InStatement {
  return {
    sql: `WITH RECURSIVE doomed (id) AS (
            SELECT w.id FROM task_runs w CROSS JOIN task_run_edges e ON e.task_run_id = w.id CROSS JOIN task_runs n ON n.id = e.needs_id
            WHERE w.run_id = ?1 AND w.state = 'waiting' AND n.open_subtasks = 0 AND (n.state IN ('failed', 'cancelled', 'skipped') OR (n.state = 'succeeded' AND n.failed_subtasks > 0))
            UNION SELECT e.task_run_id FROM task_run_edges e JOIN doomed d ON e.needs_id = d.id)
          UPDATE task_runs SET state = 'skipped', reason = 'upstream_failed', finished_at = ?2
          WHERE id IN (SELECT id FROM doomed) AND state = 'waiting'`,
    args: [runId, now],
  };
}

/** waiting → queued for everything whose needs have all succeeded, subtasks included. */
export function queueReady(runId: string, now: number): InStatement {
  return {
    sql: `UPDATE task_runs SET state = 'queued', reason = 'ready', available_at = ?2
          WHERE run_id = ?1 AND state = 'waiting' AND NOT EXISTS (
            SELECT 1 FROM task_run_edges e JOIN task_runs n ON n.id = e.needs_id
            WHERE e.task_run_id = task_runs.id AND (n.state <> 'succeeded' OR n.open_subtasks > 0 OR n.failed_subtasks > 0))
          RETURNING ${DELIVERY_COLUMNS}`,
    args: [runId, now],
  };
}

/** Counts, then what the first failure said. */
const SUMMARY = `CASE WHEN succeeded + failed + cancelled + skipped = 1 THEN '' ELSE (succeeded + failed + cancelled + skipped) || ' task runs: ' END
  || rtrim(CASE WHEN succeeded > 0 THEN succeeded || ' succeeded, ' ELSE '' END || CASE WHEN failed > 0 THEN failed || ' failed, ' ELSE '' END
  || CASE WHEN cancelled > 0 THEN cancelled || ' cancelled, ' ELSE '' END || CASE WHEN skipped > 0 THEN skipped || ' skipped, ' ELSE '' END, ', ')
  || CASE WHEN failed > 0 THEN coalesce(': ' || substr((SELECT json_extract(t.error, '$.message') FROM task_runs t WHERE t.run_id = runs.id AND t.state = 'failed' ORDER BY t.id LIMIT 1), 1, 200), '') ELSE '' END
  || CASE WHEN too_deep + too_many > 0 THEN '; ' || (too_deep + too_many) || ' not started because of a limit' ELSE '' END`;

/** A run is final when its last task run is. */
export function finishRun(runId: string, now: number): InStatement {
  return {
    sql: `UPDATE runs SET finished_at = ?2, summary = ${SUMMARY},
            state = CASE WHEN failed > 0 THEN 'failed' WHEN cancelled > 0 THEN 'cancelled' WHEN succeeded > 0 THEN 'succeeded' ELSE 'skipped' END,
            reason = CASE WHEN failed > 0 THEN 'task_failed' WHEN cancelled > 0 THEN 'cancelled' WHEN succeeded > 0 THEN 'completed' ELSE 'skipped' END
          WHERE id = ?1 AND finished_at IS NULL AND waiting + queued + running = 0 RETURNING id, name, state`,
    args: [runId, now],
  };
}

/** Right after `finishRun`: says so in the events, exactly when it did. */
export function insertFinishedEvent(runId: string, now: number): InStatement {
  return {
    sql: `INSERT INTO events (time, kind, run_id, name, data)
          SELECT ?2, 'run.finished', id, name, json_object('state', state, 'reason', reason, 'summary', summary) FROM runs WHERE id = ?1 AND changes() = 1`,
    args: [runId, now],
  };
}

/** running → queued, or → failed when it has lost its owner too often. */
export function interruptLost(owner: { node: string; boot: string }, now: number): InStatement {
  return {
    sql: `UPDATE task_runs SET interruptions = interruptions + 1, reason = 'interrupted', boot = NULL, available_at = ?1,
            state = CASE WHEN interruptions >= ${MAX_INTERRUPTIONS} THEN 'failed' WHEN (SELECT cancel_requested_at FROM runs WHERE id = run_id) IS NOT NULL THEN 'cancelled' ELSE 'queued' END,
            finished_at = CASE WHEN interruptions >= ${MAX_INTERRUPTIONS} OR (SELECT cancel_requested_at FROM runs WHERE id = run_id) IS NOT NULL THEN ?1 END,
            error = CASE WHEN interruptions >= ${MAX_INTERRUPTIONS} THEN json_object('code', 'interrupted', 'message', 'its server stopped in the middle of it too often') END
          WHERE state = 'running' AND node = ?2 AND boot <> ?3 RETURNING ${DELIVERY_COLUMNS}, state`,
    args: [now, owner.node, owner.boot],
  };
}

export function closeLostAttempts(now: number): InStatement {
  return {
    sql: `UPDATE attempts SET state = 'interrupted', reason = 'interrupted', finished_at = ?
          WHERE state = 'running' AND EXISTS (SELECT 1 FROM task_runs t WHERE t.id = task_run_id AND (t.state <> 'running' OR t.attempt <> number))`,
    args: [now],
  };
}
