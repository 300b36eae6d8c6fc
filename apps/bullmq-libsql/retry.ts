// Moves other than claiming and finishing: retried, delayed again, put back, reprocessed, promoted, waiting for children.
import type { IQueueBackend } from "bullmq";
import { type Claim, claimNext } from "./claim.ts";
import { promoteDelayed, promoteDue } from "./delayed.ts";
import { Refusal, refused } from "./errors.ts";
import { emit } from "./events.ts";
import { lockRefusal, unlock } from "./locks.ts";
import { childRetried, hasChild } from "./parents.ts";
import { delayedPlace, dueAt, dueTime, moved, type Place, readyPlace } from "./place.ts";
import { headOf, type JobHead } from "./rows.ts";
import { Outcome, State } from "./schema.ts";
import type { Scope } from "./scope.ts";

type RetryVerbs = Pick<
  IQueueBackend,
  "moveToDelayed" | "moveToWaitingChildren" | "moveJobFromActiveToWait" | "retryJob" | "retryFinishedJob" | "promote"
>;

/** Fields of the failed attempt that go into the row with the move. */
type Fields = Record<string, unknown> | undefined;

/** The moving part of a backend. */
export function retryVerbs(scope: Scope): RetryVerbs {
  const { store } = scope;
  return {
    moveToDelayed: (jobId, timestamp, delay, token = "0", options = {}) =>
      store.perform(() => {
        moveToDelayed(scope, jobId, timestamp, delay, token, options.skipAttempt ?? false, options.fieldsToUpdate);
        return options.fetchNext && !scope.isClosing() ? nextOrNothing(scope, token) : [];
      }),
    moveToWaitingChildren: (jobId, token, options) =>
      store.perform(() => {
        const child = options?.child;
        return moveToWaitingChildren(scope, jobId, token, child ? `${child.queue}:${child.id}` : undefined);
      }),
    moveJobFromActiveToWait: (jobId, token = "0") => store.perform(() => putBack(scope, jobId, token)),
    retryJob: (jobId, lifo, token = "0", options = {}) =>
      store.perform(() => retryActive(scope, jobId, lifo, token, options.fieldsToUpdate)),
    retryFinishedJob: (job, state, options = {}) =>
      store.perform(() => {
        const end = job.opts.lifo ? "front" : "back";
        reprocess(scope, String(job.id), state, end, options.resetAttemptsMade, options.resetAttemptsStarted);
      }),
    promote: (jobId) =>
      store.perform(() => {
        const job = headOf(store, scope.queue, jobId);
        if (job?.state !== State.delayed) {
          throw refused(Refusal.notInState, { command: "promote", jobId, state: "delayed" });
        }
        promoteDelayed(store, scope.queue, job);
      }),
  };
}

function moveToDelayed(
  scope: Scope,
  jobId: string,
  timestamp: number,
  delay: number,
  token: string,
  skipAttempt: boolean,
  fields: Fields,
): void {
  const { store, queue } = scope;
  const job = activeJob(scope, "moveToDelayed", jobId, token);
  const due = dueTime(timestamp, delay);
  leaveActive(scope, job, delayedPlace(due), skipAttempt ? 0 : 1, fields, delay);
  dueAt(store, queue, due);
  emit(store, queue, "delayed", "jobId", job.id, "delay", String(due));
}

/** A worker that just delayed its job takes the next one, or is told nothing. */
function nextOrNothing(scope: Scope, token: string): Claim {
  const { claim } = claimNext(scope, token, scope.options.name, Date.now());
  return claim[0] ? claim : [];
}

/** Returns whether the job waits now; with nothing to wait for it goes on. */
function moveToWaitingChildren(scope: Scope, jobId: string, token: string, childKey: string | undefined): boolean {
  const { store, queue } = scope;
  const command = "moveToWaitingChildren";
  const known = headOf(store, queue, jobId);
  if (!known) throw refused(Refusal.jobMissing, { command, jobId, state: "active" });
  if (hasChild(store, known, Outcome.failed))
    throw refused(Refusal.failedChildren, { command, jobId, state: "active" });
  const pending = childKey
    ? store.sql.get(
        `SELECT 1 FROM dependency WHERE parent = ? AND child = ? AND outcome = ${Outcome.pending}`,
        known.seq,
        childKey,
      ) !== undefined
    : hasChild(store, known, Outcome.pending);
  if (!pending) return false;
  const job = activeJob(scope, command, jobId, token);
  leaveActive(scope, job, { state: State.waitingChildren, rank: Date.now() }, 0, undefined);
  emit(store, queue, "waiting-children", "jobId", job.id, "prev", "active");
  return true;
}

/** Puts an active job back to the front, as after a rate limit; returns how long the limit still lasts. */
function putBack(scope: Scope, jobId: string, token: string): number {
  const { store, queue } = scope;
  const job = activeJob(scope, "moveJobFromActiveToWait", jobId, token, true);
  if (job.state === State.active) {
    leaveActive(scope, job, readyPlace(queue, job.priority, "front"), 0, undefined);
    emit(store, queue, "waiting", "jobId", job.id, "prev", "active");
  }
  return Math.max(queue.limiter.until - Date.now(), 0);
}

function retryActive(scope: Scope, jobId: string, lifo: boolean, token: string, fields: Fields): void {
  const { store, queue } = scope;
  const job = activeJob(scope, "retryJob", jobId, token);
  promoteDue(store, queue, Date.now());
  leaveActive(scope, job, readyPlace(queue, job.priority, lifo ? "front" : "back"), 1, fields);
  emit(store, queue, "waiting", "jobId", job.id, "prev", "active");
}

function reprocess(
  { store, queue }: Scope,
  jobId: string,
  from: "completed" | "failed",
  end: "front" | "back",
  resetMade = false,
  resetStarted = false,
): void {
  const job = headOf(store, queue, jobId);
  const state = from === "completed" ? State.completed : State.failed;
  if (job?.state !== state) {
    const code = job ? Refusal.notInState : Refusal.jobMissing;
    throw refused(code, { command: "reprocessJob", jobId, state: from });
  }
  const place = readyPlace(queue, job.priority, end);
  store.sql.run(
    "UPDATE job SET state = ?, rank = ?, finished_on = NULL, processed_on = NULL, " +
      `${from === "failed" ? "failed_reason" : "return_value"} = NULL` +
      `${resetMade ? ", attempts_made = 0" : ""}${resetStarted ? ", attempts_started = 0" : ""} WHERE seq = ?`,
    place.state,
    place.rank,
    job.seq,
  );
  moved(store, queue, state, place.state);
  childRetried(store, job, `${queue.name}:${job.id}`, from);
  emit(store, queue, "waiting", "jobId", job.id, "prev", from);
}

/** The job, if this token may move it out of active; a worker that lost its lock is refused. */
function activeJob(scope: Scope, command: string, jobId: string, token: string, anyState = false): JobHead {
  const { store, queue } = scope;
  const job = headOf(store, queue, jobId);
  const refuse = (code: Refusal): Error => refused(code, { command, jobId, state: "active" });
  if (!job) throw refuse(Refusal.jobMissing);
  const refusal = lockRefusal(queue, jobId, token);
  if (refusal) throw refuse(refusal);
  if (job.state !== State.active && !anyState) throw refuse(Refusal.notInState);
  return job;
}

function leaveActive(
  { store, queue }: Scope,
  job: JobHead,
  place: Place,
  attempts: number,
  fields: Fields,
  delay = job.delay,
): void {
  unlock(store, queue, job.id);
  const text = (name: string): string | null => {
    const value = fields?.[name];
    return value === undefined || value === null ? null : String(value);
  };
  store.sql.run(
    "UPDATE job SET state = ?, rank = ?, delay = ?, attempts_made = attempts_made + ?, " +
      "failed_reason = coalesce(?, failed_reason), stacktrace = coalesce(?, stacktrace) WHERE seq = ?",
    place.state,
    place.rank,
    delay,
    attempts,
    text("failedReason"),
    text("stacktrace"),
    job.seq,
  );
  moved(store, queue, State.active, place.state);
}
