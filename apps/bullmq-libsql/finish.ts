// Finishing: an active job completes or fails, its parent and its deduplication id learn of it, old jobs are dropped, and
// the next job is claimed in the same transaction.
import type { IQueueBackend, KeepJobs, MinimalJob } from "bullmq";
import { type Claim, claimNext } from "./claim.ts";
import { releaseOnFinish } from "./deduplicate.ts";
import { Refusal, refused } from "./errors.ts";
import { emit } from "./events.ts";
import { lockRefusal, unlock } from "./locks.ts";
import { countFinished } from "./metrics.ts";
import { childCompleted, childFailed, forget, hasChild, parentOf, releaseIfNoPending } from "./parents.ts";
import { moved } from "./place.ts";
import { countOf, inLine, type Queue } from "./queue.ts";
import { headOf, type JobHead } from "./rows.ts";
import { Outcome, State } from "./schema.ts";
import type { Scope } from "./scope.ts";
import type { Store } from "./store.ts";

/** How a job ended. */
interface Ending {
  kind: "completed" | "failed";
  jobId: string;
  /** The result as JSON, or the reason of the failure. */
  value: string;
  keep: { age?: number; count?: number; limit?: number };
  attempts: number;
  fields: Record<string, unknown> | undefined;
}

type FinishVerbs = Pick<IQueueBackend, "moveToCompleted" | "moveToFailed">;

/** So many kept jobs are dropped a few ahead: to drop one with each that ends would take as long as to write that end. */
const manyKept = 1000;

/** How many aged jobs one finishing job may drop, so that no single commit grows long. */
const agedAtOnce = 1000;

/** The finishing part of a backend. */
export function finishVerbs(scope: Scope): FinishVerbs {
  const conclude = async (ending: Ending, token: string, fetchNext: boolean) => {
    const finishedOn = Date.now();
    const result = await scope.store.perform(() => finish(scope, ending, token, fetchNext, finishedOn));
    return { result, finishedOn };
  };
  return {
    moveToCompleted: (job, returnValue, removeOnComplete, token, fetchNext) => {
      const value = JSON.stringify(returnValue) ?? "null";
      const keep = keepFrom(removeOnComplete, scope.options.removeOnComplete);
      return conclude(endingOf("completed", job, value, keep), token, fetchNext);
    },
    moveToFailed: (job, failedReason, removeOnFail, token, fetchNext, fields) => {
      const keep = keepFrom(removeOnFail, scope.options.removeOnFail);
      return conclude(endingOf("failed", job, String(failedReason), keep, fields), token, fetchNext);
    },
  };
}

function endingOf(
  kind: Ending["kind"],
  job: MinimalJob,
  value: string,
  keep: Ending["keep"],
  fields?: Record<string, unknown>,
): Ending {
  return { kind, jobId: String(job.id), value, keep, attempts: Number(job.opts.attempts ?? 0), fields };
}

/** The job's own wish comes before the worker's; without either, jobs are kept. */
function keepFrom(wish: boolean | number | KeepJobs | undefined, fallback: KeepJobs | undefined): Ending["keep"] {
  if (wish === undefined) return fallback ?? { count: -1 };
  if (typeof wish === "object") return wish;
  return { count: typeof wish === "number" ? wish : wish ? 0 : -1 };
}

function finish(scope: Scope, ending: Ending, token: string, fetchNext: boolean, now: number): Claim {
  const { store, queue, options } = scope;
  if (!completePlain(store, queue, ending, token, now)) finishFully(store, queue, ending, token, now);
  const points = options.metrics?.maxDataPoints;
  if (points) countFinished(store, queue, ending.kind, points, now);
  if (fetchNext && !scope.isClosing()) {
    const next = claimNext(scope, token, options.name, now);
    if (!next.empty) return next.claim;
  }
  if (inLine(queue) + countOf(queue, State.active) === 0) {
    emit(store, queue, "drained");
  }
  return [];
}

/** The common case in one guarded write: a job without family and without a deduplication id completes. */
function completePlain(store: Store, queue: Queue, ending: Ending, token: string, now: number): boolean {
  const { kind, jobId, value, keep } = ending;
  if (kind === "failed" || lockRefusal(queue, jobId, token)) return false;
  const plain = `queue = ? AND id = ? AND state = ${State.active} AND parent_key IS NULL AND deduplication IS NULL AND has_children = 0`;
  const kept = keep.count !== 0;
  const { changes } = kept
    ? store.sql.run(
        `UPDATE job SET state = ${State.completed}, rank = ?, finished_on = ?, return_value = ?, ` +
          `attempts_made = attempts_made + 1 WHERE ${plain}`,
        now,
        now,
        value,
        queue.id,
        jobId,
      )
    : store.sql.run(`DELETE FROM job WHERE ${plain}`, queue.id, jobId);
  if (changes === 0) return false;
  unlock(store, queue, jobId);
  moved(store, queue, State.active, kept ? State.completed : undefined);
  if (kept) dropOld(store, queue, State.completed, keep, now);
  emit(store, queue, "completed", "jobId", jobId, "returnvalue", value, "prev", "active");
  return true;
}

function finishFully(store: Store, queue: Queue, ending: Ending, token: string, now: number): void {
  const job = finishable(store, queue, ending, token);
  unlock(store, queue, job.id);
  releaseOnFinish(store, queue, job, now);
  const key = `${queue.name}:${job.id}`;
  if (job.parent_key !== null) {
    if (ending.kind === "completed") childCompleted(store, job, key, ending.value, now);
    else childFailed(store, job, key, ending.value, now);
  }
  if (ending.keep.count === 0) removeFinished(store, queue, job, now);
  else keepFinished(store, queue, job, ending, now);
  tellOfEnd(store, queue, job, ending);
}

/** The job, if this token may end it now. Everything that can be refused is refused here, before the first write. */
function finishable(store: Store, queue: Queue, { jobId, kind }: Ending, token: string): JobHead {
  const job = headOf(store, queue, jobId);
  const refuse = (code: Refusal): Error => refused(code, { command: "moveToFinished", jobId, state: "active" });
  if (!job) throw refuse(Refusal.jobMissing);
  if (kind === "completed" && job.has_children) {
    if (hasChild(store, job, Outcome.pending)) throw refuse(Refusal.pendingChildren);
    if (hasChild(store, job, Outcome.failed)) throw refuse(Refusal.failedChildren);
  }
  const refusal = lockRefusal(queue, jobId, token);
  if (refusal) throw refuse(refusal);
  if (job.state !== State.active) throw refuse(Refusal.notInState);
  return job;
}

function removeFinished(store: Store, queue: Queue, job: JobHead, now: number): void {
  store.sql.run("DELETE FROM job WHERE seq = ?", job.seq);
  moved(store, queue, State.active, undefined);
  const parent = job.parent_key === null ? undefined : parentOf(store, job);
  if (parent && forget(store, parent, `${queue.name}:${job.id}`)) releaseIfNoPending(store, parent, now);
}

function keepFinished(store: Store, queue: Queue, job: JobHead, ending: Ending, now: number): void {
  const completed = ending.kind === "completed";
  const state = completed ? State.completed : State.failed;
  const stacktrace = ending.fields?.stacktrace;
  store.sql.run(
    completed
      ? "UPDATE job SET state = ?, rank = ?, finished_on = ?, return_value = ?, stacktrace = coalesce(?, stacktrace), " +
          "attempts_made = attempts_made + 1 WHERE seq = ?"
      : "UPDATE job SET state = ?, rank = ?, finished_on = ?, failed_reason = ?, stacktrace = coalesce(?, stacktrace), " +
          "attempts_made = attempts_made + 1, deferred_failure = NULL WHERE seq = ?",
    state,
    now,
    now,
    ending.value,
    typeof stacktrace === "string" ? stacktrace : null,
    job.seq,
  );
  moved(store, queue, State.active, state);
  dropOld(store, queue, state, ending.keep, now);
}

/** Drops finished jobs beyond the age and the number to keep. */
function dropOld(store: Store, queue: Queue, state: State, keep: Ending["keep"], now: number): void {
  const drop = (condition: string, ...values: number[]): void => {
    const { changes } = store.sql.run(
      `DELETE FROM job WHERE seq IN (SELECT seq FROM job WHERE queue = ? AND state = ? ${condition})`,
      queue.id,
      state,
      ...values,
    );
    if (changes > 0) moved(store, queue, state, undefined, changes);
  };
  if (keep.age !== undefined) {
    drop("AND rank <= ? ORDER BY rank DESC LIMIT ?", now - keep.age * 1000, keep.limit ?? agedAtOnce);
  }
  const most = keep.count !== undefined && keep.count > 0 ? keep.count : Number.POSITIVE_INFINITY;
  const extra = countOf(queue, state) - most;
  if (extra > 0) drop("ORDER BY rank, seq LIMIT ?", extra + (most < manyKept ? 0 : Math.floor(most / 32)));
}

function tellOfEnd(store: Store, queue: Queue, job: JobHead, { kind, value, attempts }: Ending): void {
  const field = kind === "completed" ? "returnvalue" : "failedReason";
  emit(store, queue, kind, "jobId", job.id, field, value, "prev", "active");
  if (kind === "failed" && job.attempts_made + 1 >= attempts) {
    emit(store, queue, "retries-exhausted", "jobId", job.id, "attemptsMade", String(job.attempts_made + 1));
  }
}
