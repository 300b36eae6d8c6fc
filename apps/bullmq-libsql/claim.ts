// Claiming: the next job in line becomes active, or the worker learns how long to wait.
import type { IQueueBackend } from "bullmq";
import { nextDue, promoteDue } from "./delayed.ts";
import { emit } from "./events.ts";
import { lock } from "./locks.ts";
import { moved } from "./place.ts";
import { countOf, inLine, isHeld, isMaxed } from "./queue.ts";
import { countStart, limitOf, timeToWait } from "./rate-limit.ts";
import { type JobRow, rowAt, toJobJson } from "./rows.ts";
import { isSchedulerJob } from "./scheduler-rows.ts";
import { State } from "./schema.ts";
import type { Scope } from "./scope.ts";
import { stalledTooOften } from "./stalled.ts";

/** `[job, id, wait for the rate limit, next due time]`, as BullMQ's worker reads it. */
export type Claim = ReturnType<IQueueBackend["moveToActive"]> extends Promise<infer T> ? T : never;

const defaultLockDuration = 30_000;

// Taken at load time, as fake timers must not hold a claim back.
const afterThisTick = setImmediate;

type ClaimVerbs = Pick<IQueueBackend, "moveToActive" | "isMaxed">;

/** The claiming part of a backend. */
export function claimVerbs(scope: Scope): ClaimVerbs {
  const { store, queue } = scope;
  return {
    isMaxed: () => store.perform(() => isMaxed(queue)),
    moveToActive: (token, name) => {
      const idle = nothingToClaim(scope);
      if (idle) return Promise.resolve(idle);
      // A tick later, so that whoever added the job knows of it before its worker does.
      return store.perform(() => claimNext(scope, token, name, Date.now()).claim).then(nextTick);
    },
  };
}

/** Makes the next job active; `empty` tells that not even a delayed job is left. */
export function claimNext(
  scope: Scope,
  token: string,
  name: string | undefined,
  now: number,
): { claim: Claim; empty: boolean } {
  const { store, queue, options } = scope;
  promoteDue(store, queue, now);
  const limit = limitOf(queue, options);
  const wait = timeToWait(queue, limit, now);
  if (wait > 0) return { claim: [null, "", wait, 0], empty: false };
  if (isHeld(queue)) return { claim: [null, "", 0, 0], empty: false };
  const row = takeFirst(scope, name, now);
  if (!row) {
    const due = nextDue(store, queue);
    return { claim: [null, "", 0, due ?? 0], empty: due === undefined };
  }
  if (row.interrupted) judgeInterrupted(scope, row);
  if (limit && row.deferred_failure === null) countStart(store, queue, options, now);
  lock(store, queue, row.id, token, now + (options.lockDuration ?? defaultLockDuration));
  emit(store, queue, "active", "jobId", row.id, "prev", "waiting");
  return { claim: [toJobJson(row), row.id, 0, 0], empty: false };
}

/** A job taken over from a dead process meets the stalled limit here, because only a worker knows that limit. */
function judgeInterrupted({ store, queue, options }: Scope, row: JobRow): void {
  const tooOften = row.stalled > (options.maxStalledCount ?? 1) && !isSchedulerJob(store, queue, row.scheduler);
  if (tooOften) row.deferred_failure ??= stalledTooOften;
  store.sql.run("UPDATE job SET interrupted = 0, deferred_failure = ? WHERE seq = ?", row.deferred_failure, row.seq);
}

/** A job that was only ever added is known by these few columns; every further one costs time at each claim. */
type FreshJob = Pick<JobRow, "seq" | "id" | "name" | "timestamp" | "attempts_started" | "opts" | "data"> & {
  has_past: number;
};

const freshColumns =
  "seq, id, name, timestamp, attempts_started, opts, data, priority <> 0 OR delay <> 0 OR attempts_made <> 0 OR " +
  "stalled <> 0 OR has_children <> 0 OR coalesce(parent_key, scheduler, deduplication, deferred_failure, " +
  "failed_reason, progress, stacktrace, return_value) IS NOT NULL AS has_past";

const untouched = {
  state: State.active,
  rank: 0,
  delay: 0,
  priority: 0,
  attempts_made: 0,
  stalled: 0,
  interrupted: 0,
  has_children: 0,
  finished_on: null,
  parent_key: null,
  parent: null,
  scheduler: null,
  deduplication: null,
  deferred_failure: null,
  failed_reason: null,
  progress: null,
  stacktrace: null,
  return_value: null,
} as const;

function nextTick<T>(value: T): Promise<T> {
  return new Promise((resolve) => afterThisTick(resolve, value));
}

/** The answer for an idle queue, found in memory without a transaction. */
function nothingToClaim({ store, queue, options }: Scope): Claim | undefined {
  const due = queue.due;
  if (due === "unknown" || (due !== undefined && due <= Date.now())) return undefined;
  if (inLine(queue) > 0 && !isHeld(queue)) return undefined;
  const wait = timeToWait(queue, limitOf(queue, options), Date.now());
  if (wait > 0) return [null, "", wait, 0];
  return [null, "", 0, isHeld(queue) ? 0 : (nextDue(store, queue) ?? 0)];
}

function takeFirst({ store, queue }: Scope, name: string | undefined, now: number): JobRow | undefined {
  if (inLine(queue) === 0) return undefined;
  const from = countOf(queue, State.waiting) > 0 ? State.waiting : State.prioritized;
  const fresh = store.sql.take<FreshJob>(
    `UPDATE job SET state = ${State.active}, rank = ?, attempts_started = attempts_started + 1, processed_on = ?, ` +
      "processed_by = coalesce(?, processed_by) WHERE seq = " +
      "(SELECT seq FROM job WHERE queue = ? AND state = ? ORDER BY rank, seq LIMIT 1) " +
      `RETURNING ${freshColumns}`,
    queue.back++,
    now,
    name ?? null,
    queue.id,
    from,
  );
  if (!fresh) return undefined;
  moved(store, queue, from, State.active);
  if (fresh.has_past) return rowAt(store, fresh.seq);
  return { ...untouched, ...fresh, processed_on: now, processed_by: name ?? null };
}
