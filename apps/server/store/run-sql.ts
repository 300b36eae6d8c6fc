/**
 * The SQL of state transitions: one named statement per verb, each guarded by the state (and attempt) it expects.
 * Raw SQL because the guards, `json_each` inserts and recursive walks have no shorter form in a query builder.
 */
import type { InStatement } from "@libsql/client";
import { AWAITING_REASONS, awaitsText } from "../core/awaiting.ts";
import { canonicalJson, type JsonObject, jsonText } from "../core/json.ts";
import { MAX_INTERRUPTIONS } from "../core/retry.ts";
import type { Failure, RunDraft, Suspension, Ticket } from "../core/run-store.ts";
import type { Reason, State } from "../core/words.ts";
import { STOPPED } from "./graph-sql.ts";
import { IS_FREE } from "./lock-sql.ts";
import { DELIVERY_COLUMNS } from "./rows.ts";
import { IS_WITHIN } from "./tolerance-sql.ts";

const text = (value: unknown): string | null => (value === null || value === undefined ? null : jsonText(value));

export function insertRun(draft: RunDraft, now: number): InStatement {
  const { trigger } = draft;
  return {
    sql: `INSERT INTO runs (id, name, kind, state, reason, trigger_kind, trigger_id, nominal_at, trigger_run_id, cause, idempotency_key, input, report, created_at, hooks, timeout, lock, lock_limit, parent_task_run_id, depth)
          VALUES (?, ?, ?, 'queued', 'created', ?, ?, ?, ?, ?, ?, ?, '{}', ?, ?, ?, ?, ?, ?, coalesce((SELECT depth + 1 FROM runs WHERE id = ?), 0))`,
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
      draft.tasks.filter((task) => task.hook !== undefined).length,
      draft.timeout ?? null,
      draft.lock?.name ?? null,
      draft.lock?.limit ?? null,
      draft.parentTaskRunId ?? null,
      trigger.runId,
    ],
  };
}

const CLAIM = `UPDATE task_runs SET state = 'running', reason = 'claimed', attempt = attempt + 1, node = ?, boot = ?, started_at = coalesce(started_at, ?), error = NULL
  WHERE id = ? AND state = 'queued' AND ${IS_FREE}`;

/** queued → running; one row is changed when it did. `RETURNING` would cost a third more. */
export function claim(taskRunId: string, owner: Owner, now: number): InStatement {
  return { sql: CLAIM, args: [owner.node, owner.boot, now, taskRunId] };
}

interface Owner {
  readonly node: string;
  readonly boot: string;
}

/** For those of the ids that are claimed; a delivery that came twice finds the attempt already open. */
export function openAttempts(ids: string, owner: Owner, now: number): InStatement {
  return {
    sql: `INSERT INTO attempts (task_run_id, number, state, reason, node, started_at)
          SELECT t.id, t.attempt, 'running', 'claimed', t.node, ?1 FROM json_each(?2) AS d CROSS JOIN task_runs t ON t.id = d.value
          WHERE t.state = 'running' AND t.boot = ?3 ON CONFLICT DO NOTHING`,
    args: [now, ids, owner.boot],
  };
}

/** The run of a task run that is claimed. Right behind that claim: the next one may have to wait for this very run. */
export function startRun(taskRunId: string, owner: Owner, now: number): InStatement {
  return {
    sql: `UPDATE runs SET state = 'running', reason = 'claimed', started_at = coalesce(started_at, ?1), expires_at = ?1 + timeout
          WHERE id = (SELECT run_id FROM task_runs WHERE id = ?2 AND state = 'running' AND boot = ?3) AND state = 'queued'`,
    args: [now, taskRunId, owner.boot],
  };
}

/** A root that spawns by a key takes its own, before its subtasks are inserted: the page a crawl starts at is not visited again. */
export function takeOwnKey(ticket: Ticket, key: string, landed: string | null): InStatement {
  return {
    sql: "UPDATE task_runs SET key = ?, landed = ? WHERE id = ? AND parent_id IS NULL AND key = ''",
    args: [key, landed, ticket.taskRunId],
  };
}

/** An address is one task run's, by its key or because its page was found there. Who was turned away as a duplicate has none. */
export function land(ticket: Ticket, key: string): InStatement {
  return {
    sql: `UPDATE task_runs SET landed = ?1 WHERE id = ?2 AND state = 'running' AND attempt = ?3
          AND NOT EXISTS (SELECT 1 FROM task_runs o WHERE o.run_id = task_runs.run_id AND o.task = task_runs.task AND o.landed = ?1 AND o.id <> ?2)
          AND NOT EXISTS (SELECT 1 FROM task_runs o WHERE o.run_id = task_runs.run_id AND o.task = task_runs.task AND o.key = ?1 AND o.id <> ?2 AND o.reason <> 'duplicate') RETURNING id`,
    args: [key, ticket.taskRunId, ticket.attempt],
  };
}

/** What its templates came to, while it runs. */
export function setInput(ticket: Ticket, input: JsonObject): InStatement {
  return {
    sql: "UPDATE task_runs SET input = ? WHERE id = ? AND state = 'running' AND attempt = ? RETURNING id",
    args: [canonicalJson(input), ticket.taskRunId, ticket.attempt],
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
                 failures = failures + ?8, boot = NULL, awaits = NULL
          WHERE id = ?9 AND attempt = ?10 AND state = CASE WHEN ?11 IS NULL THEN 'running' ELSE 'waiting' END AND awaits IS ?11`,
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
      ticket.awaits ?? null,
    ],
  };
}

/** running → waiting, without an owner. Its attempt goes on. */
export function suspend(ticket: Ticket, { awaited, deadline }: Suspension): InStatement {
  return {
    sql: `UPDATE task_runs SET state = 'waiting', reason = ?, awaits = ?, available_at = ?, boot = NULL
          WHERE id = ? AND state = 'running' AND attempt = ?`,
    args: [AWAITING_REASONS[awaited.type], awaitsText(awaited), deadline, ticket.taskRunId, ticket.attempt],
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

/** Behind a failure for good: it is told, and ends the list that fails fast. */
export function followFailure(ticket: Ticket, failure: Failure, now: number): InStatement[] {
  return [insertFailedEvent(ticket, "task_run.failed", failure, now), failFast(ticket, now)];
}

/** waiting, queued → skipped for the items beside one that failed, where their task says so and tolerates no more. CROSS JOIN looks at that first. */
function failFast({ taskRunId, runId }: Ticket, now: number): InStatement {
  return {
    sql: `UPDATE task_runs SET state = 'skipped', reason = 'fail_fast', finished_at = ?3 WHERE id IN (
            SELECT w.id FROM task_runs t CROSS JOIN task_runs r ON r.id = t.root_id AND r.rule->>'failFast' AND NOT ${IS_WITHIN("r")}
            CROSS JOIN task_runs w ON w.run_id = ?2 AND w.root_id = r.id AND w.id <> r.id AND w.state IN ('waiting', 'queued') AND w.awaits IS NULL
            WHERE t.id = ?1 AND t.parent_id IS NOT NULL)`,
    args: [taskRunId, runId, now],
  };
}

/** running → queued, or → failed when it has lost its owner too often. */
export function interruptLost(owner: { node: string; boot: string }, now: number): InStatement {
  return {
    sql: `UPDATE task_runs SET interruptions = interruptions + 1, reason = 'interrupted', boot = NULL, available_at = ?1,
            state = CASE WHEN interruptions >= ${MAX_INTERRUPTIONS} THEN 'failed' WHEN ${STOPPED} THEN 'cancelled' ELSE 'queued' END,
            finished_at = CASE WHEN interruptions >= ${MAX_INTERRUPTIONS} OR ${STOPPED} THEN ?1 END,
            error = CASE WHEN interruptions >= ${MAX_INTERRUPTIONS} THEN json_object('code', 'interrupted', 'message', 'its server stopped in the middle of it too often') END
          WHERE state = 'running' AND node = ?2 AND boot <> ?3 RETURNING ${DELIVERY_COLUMNS}, state`,
    args: [now, owner.node, owner.boot],
  };
}

/** An attempt that waits without a worker is not lost. */
export function closeLostAttempts(now: number): InStatement {
  return {
    sql: `UPDATE attempts SET state = 'interrupted', reason = 'interrupted', finished_at = ?
          WHERE state = 'running' AND EXISTS (SELECT 1 FROM task_runs t WHERE t.id = task_run_id AND ((t.state <> 'running' AND t.awaits IS NULL) OR t.attempt <> number))`,
    args: [now],
  };
}
