/** Runs and task runs changing state: `RunStore` over the statements of run-sql.ts. */
import type { InStatement } from "@libsql/client";
import { and, asc, eq, gt, or, sql as query } from "drizzle-orm";
import type { Delivery, Run } from "../core/entities.ts";
import type { NewId } from "../core/ports.ts";
import type {
  Failure,
  Interrupted,
  RetryChange,
  RunDraft,
  RunStore,
  Settled,
  Success,
  Ticket,
} from "../core/run-store.ts";
import { cancelStatements, retryStatements } from "./cancel-sql.ts";
import { insertCaptures } from "./captures.ts";
import { createClaim, type Owner } from "./claim.ts";
import { createStatements } from "./create-sql.ts";
import { type Database, FENCE, FenceError } from "./database.ts";
import { limitRuns } from "./expiry.ts";
import { tellFacts } from "./facts.ts";
import { followUp } from "./graph-sql.ts";
import { limitFanOuts } from "./late-fan-outs.ts";
import { insertFiles, insertRecords, mergeReport } from "./leave-behind.ts";
import { IS_FREE, wakeByTask } from "./lock-sql.ts";
import { createPlaces } from "./places.ts";
import { recall } from "./recrawl.ts";
import { learn } from "./recrawl-sql.ts";
import { toRun } from "./rows.ts";
import * as sql from "./run-sql.ts";
import { type FindRun, prepareFindRun } from "./runs.ts";
import { saveSession } from "./saved-sessions.ts";
import { runs, taskRuns } from "./schema/index.ts";
import { readyOf, settledOf, waitingOf } from "./settled.ts";
import { insertSubtasks } from "./spawn-sql.ts";
import { cancelStray } from "./subtree-sql.ts";
import { controlSubtrees } from "./subtrees.ts";
import { createSuspensions } from "./suspension.ts";

/** @param newId makes ids for rows that come with a finished task run (records, files) */
export function createRunStore(database: Database, owner: Owner, newId: NewId): RunStore {
  const find = prepareFindRun(database);
  const settle = (ticket: Ticket, statements: readonly InStatement[], now: number) =>
    settleAttempt(database, ticket, statements, now);
  const end = (ticket: Ticket, how: sql.EndOfAttempt, now: number, more: readonly InStatement[] = []) =>
    settle(ticket, [sql.endAttempt(ticket, how, now), FENCE, sql.closeAttempt(ticket, how, now), ...more], now);
  const endForRetry = (ticket: Ticket, failure: Failure, availableAt: number, now: number) => {
    const requeued = { ...failure, state: "queued", reason: "retry", availableAt, failed: true } as const;
    const closed = { ...failure, state: "failed", failed: true } as const;
    const statements = [
      sql.endAttempt(ticket, requeued, now),
      FENCE,
      sql.closeAttempt(ticket, closed, now),
      sql.insertFailedEvent(ticket, "task_run.retry", failure, now),
      cancelStray(ticket.runId, ticket.taskRunId, now),
    ];
    return settle(ticket, [...statements, ...failureFiles(ticket, failure, now)], now);
  };
  const failureFiles = (ticket: Ticket, failure: Failure, now: number) =>
    failure.files.length > 0 ? [insertFiles(ticket, failure.files, newId, now)] : [];
  return {
    create: (draft, now) => createRun(database, find, draft, now),
    claim: createClaim(database, owner),
    succeed: (ticket, success, now) =>
      end(
        ticket,
        { ...success, state: "succeeded", reason: "completed", failed: false },
        now,
        leaveBehind(ticket, success, newId, now),
      ),
    retryLater: endForRetry,
    fail: (ticket, failure, now) =>
      end(ticket, { ...failure, state: "failed", failed: true }, now, [
        ...sql.followFailure(ticket, failure, now),
        ...failureFiles(ticket, failure, now),
      ]),
    skip: (ticket, output, usage, now, reason, sightings = []) =>
      end(ticket, { state: "skipped", reason, output, usage, failed: false }, now, learn(ticket, sightings, now)),
    cancelled: (ticket, usage, now) =>
      end(ticket, { state: "cancelled", reason: "cancelled", usage, failed: false }, now),
    interruptLost: (now) => interruptLost(database, owner, now),
    requestCancel: (runId, now) => requestCancel(database, runId, now),
    retry: (runId, now, change = {}) => retryRun(database, runId, change, now),
    // What a power cut takes of it is filled in again by the next attempt.
    setInput: (ticket, input) => isMet(database, sql.setInput(ticket, input), false),
    land: (ticket, key) => isMet(database, sql.land(ticket, key)),
    recall: (runId, what, url) => recall(database, runId, what, url),
    ...createSuspensions(database),
    ...createPlaces(database),
    ...tellFacts(database),
    ...limitRuns(database),
    ...limitFanOuts(database),
    ...controlSubtrees(database),
    queued: (after, limit) => listQueued(database, after, limit),
  };
}

function leaveBehind(ticket: Ticket, success: Success, newId: NewId, now: number): InStatement[] {
  const { ownKey, ownLanding = null, spawned, stops, records, files, report, session } = success;
  return [
    ...(ownKey ? [sql.takeOwnKey(ticket, ownKey, ownLanding)] : []),
    ...insertSubtasks(ticket.runId, spawned, stops, now),
    ...(spawned.length > 0 ? [cancelStray(ticket.runId, ticket.taskRunId, now)] : []),
    ...insertRecords(ticket, records, newId, now),
    ...(files.length > 0 ? [insertFiles(ticket, files, newId, now)] : []),
    ...(Object.keys(report).length > 0 ? [mergeReport(ticket, report)] : []),
    ...learn(ticket, success.sightings ?? [], now),
    ...(session ? [saveSession(session, now)] : []),
    ...insertCaptures(ticket, success.captures ?? []),
  ];
}

async function createRun(
  database: Database,
  find: FindRun,
  draft: RunDraft,
  now: number,
): Promise<{ run: Run; created: boolean; ready: Delivery[] }> {
  try {
    const results = await database.write(createStatements(draft, now));
    const run = await find(draft.id);
    if (run === null) throw new Error(`run ${draft.id} is gone right after it was created`);
    return { run, created: true, ready: readyOf(results) };
  } catch (error) {
    const earlier = isUniqueConflict(error) ? await findTwin(database, draft) : null;
    if (earlier === null) throw error;
    return { run: earlier, created: false, ready: [] };
  }
}

function isUniqueConflict(error: unknown): boolean {
  return error instanceof Error && error.message.includes("UNIQUE constraint failed: runs.");
}

async function findTwin(database: Database, draft: RunDraft): Promise<Run | null> {
  const { trigger, idempotencyKey } = draft;
  const byKey = idempotencyKey === null ? [] : [eq(runs.idempotencyKey, idempotencyKey)];
  const byTick =
    trigger.id === null || trigger.nominalAt === null
      ? []
      : [and(eq(runs.triggerId, trigger.id), eq(runs.nominalAt, trigger.nominalAt))];
  const [row] = await database.db
    .select()
    .from(runs)
    .where(or(...byKey, ...byTick))
    .limit(1);
  return row ? toRun(row) : null;
}

/** The end of every attempt: guarded write first, then what it leaves behind, then what that sets free, then the run itself. */
async function settleAttempt(
  database: Database,
  ticket: Ticket,
  statements: readonly InStatement[],
  now: number,
): Promise<Settled | null> {
  try {
    const after = { about: ticket.runId, statements: followUp(ticket.runId, now) };
    const waking = ticket.takesNothing ? [] : [wakeByTask(ticket.taskRunId)];
    return settledOf(await database.write([...statements, ...waking], { after }));
  } catch (error) {
    if (error instanceof FenceError) return null;
    throw error;
  }
}

async function interruptLost(database: Database, owner: Owner, now: number): Promise<Interrupted> {
  const [lost] = await database.write([sql.interruptLost(owner, now), sql.closeLostAttempts(now)]);
  const touched = [...new Set((lost?.rows ?? []).map((row) => String(row.run_id)))];
  const results = await database.write(touched.flatMap((id) => followUp(id, now)));
  const settled = settledOf(lost ? [lost, ...results] : results);
  return { ...settled, interrupted: lost?.rows.length ?? 0 };
}

async function requestCancel(database: Database, runId: string, now: number): ReturnType<RunStore["requestCancel"]> {
  try {
    const results = await database.write([...cancelStatements(runId, now), ...followUp(runId, now)]);
    const [, , removed, running] = results;
    return {
      ...settledOf(results.slice(5)),
      removed: (removed?.rows ?? []).map((row) => String(row.id)),
      running: (running?.rows ?? []).map((row) => String(row.id)),
    };
  } catch (error) {
    if (error instanceof FenceError) return null;
    throw error;
  }
}

/** Whether a guarded write that gives its row found it as it expects it. It stands alone, so no fence has to undo anything. */
async function isMet(database: Database, guarded: InStatement, durable = true): Promise<boolean> {
  const [result] = await database.write([guarded], { durable });
  return result !== undefined && result.rows.length > 0;
}

async function retryRun(
  database: Database,
  runId: string,
  change: RetryChange,
  now: number,
): ReturnType<RunStore["retry"]> {
  try {
    const results = await database.write([...retryStatements(runId, change, now), ...followUp(runId, now)]);
    return { ...settledOf(results), waiting: waitingOf(results) };
  } catch (error) {
    if (error instanceof FenceError) return null;
    throw error;
  }
}

async function listQueued(database: Database, after: string | null, limit: number): Promise<Delivery[]> {
  const rows = await database.db
    .select({
      taskRunId: taskRuns.id,
      runId: taskRuns.runId,
      task: taskRuns.task,
      kind: taskRuns.kind,
      availableAt: taskRuns.availableAt,
      priority: taskRuns.priority,
    })
    .from(taskRuns)
    .where(
      and(
        eq(taskRuns.state, "queued"),
        after === null ? undefined : gt(taskRuns.id, after),
        query`(${taskRuns.reason} NOT IN ('concurrency', 'load', 'resources', 'paused') OR (${query.raw(IS_FREE)}))`,
      ),
    )
    .orderBy(asc(taskRuns.id))
    .limit(limit);
  return rows;
}
