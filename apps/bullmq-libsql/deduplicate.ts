// Deduplication: which job holds an id, for how long, and what happens to a job that comes second.
import type { DeduplicationOptions, IQueueBackend, JobsOptions } from "bullmq";
import { insertJob, type NewJob } from "./add.ts";
import { emit } from "./events.ts";
import { adoptChild, findParent } from "./parents.ts";
import { dueAt, dueTime, moved } from "./place.ts";
import { nextNumber, type Queue } from "./queue.ts";
import { headOf, type JobHead } from "./rows.ts";
import { State } from "./schema.ts";
import type { Scope } from "./scope.ts";
import type { Store } from "./store.ts";

interface Holder {
  job: string;
  until: number | null;
}

type DeduplicationVerbs = Pick<
  IQueueBackend,
  "removeDeduplicationKey" | "deleteDeduplicationKey" | "getDeduplicationJobId"
>;

/** The deduplication part of a backend. */
export function deduplicationVerbs({ store, queue }: Scope): DeduplicationVerbs {
  return {
    getDeduplicationJobId: (id) => store.perform(() => holderOf(store, queue, id)?.job ?? null),
    deleteDeduplicationKey: (id) => store.perform(() => (holderOf(store, queue, id) ? drop(store, queue, id) : 0)),
    removeDeduplicationKey: (id, jobId) =>
      store.perform(() => (holderOf(store, queue, id)?.job === jobId ? drop(store, queue, id) : 0)),
  };
}

/** Settles whether a job may be added; returns the id of the job that stands in its way, if one does. */
export function deduplicate(store: Store, queue: Queue, job: NewJob): string | undefined {
  const options = job.opts.deduplication;
  if (!options?.id) return undefined;
  if (options.replace) return replaceDelayed(store, queue, job, options);
  const holder = deduplicateWithoutReplacing(store, queue, job);
  if (holder && options.reschedule) reschedule(store, queue, holder, job);
  return holder;
}

/** The same for jobs that never replace another: parents, and plain throttling. */
export function deduplicateWithoutReplacing(store: Store, queue: Queue, job: NewJob): string | undefined {
  const options = job.opts.deduplication;
  if (!options?.id) return undefined;
  const holder = holderOf(store, queue, options.id);
  if (!holder || isStale(store, queue, holder)) {
    hold(store, queue, options, job.id);
    return undefined;
  }
  if (keepForLater(store, queue, options, holder, job)) return holder.job;
  if (options.extend && options.ttl) hold(store, queue, options, holder.job);
  emit(store, queue, "deduplicated", "jobId", holder.job, "deduplicationId", options.id, "deduplicatedJobId", job.id);
  return holder.job;
}

/** When a job ends: frees its deduplication id unless it is held for a time, and adds the job kept for later. */
export function releaseOnFinish(store: Store, queue: Queue, job: JobHead, now: number): void {
  if (job.deduplication === null) return;
  const row = store.sql.get<Holder & { next: string | null }>(
    "SELECT job, until, next FROM deduplication WHERE queue = ? AND id = ?",
    queue.id,
    job.deduplication,
  );
  if (!row) return;
  if (row.until === null ? row.job === job.id : row.until <= now) drop(store, queue, job.deduplication);
  if (row.next !== null) addKept(store, queue, job.deduplication, JSON.parse(row.next) as NewJob, now);
}

/** When a job is removed: frees its deduplication id if it still holds it. */
export function releaseOnRemoval(store: Store, queue: Queue, jobId: string, id: string | null): void {
  if (id !== null && holderOf(store, queue, id)?.job === jobId) drop(store, queue, id);
}

function replaceDelayed(store: Store, queue: Queue, job: NewJob, options: DeduplicationOptions): string | undefined {
  const holder = holderOf(store, queue, options.id);
  if (!holder) {
    hold(store, queue, options, job.id);
    return undefined;
  }
  const current = headOf(store, queue, holder.job);
  if (current?.state === State.delayed) {
    store.sql.run("DELETE FROM job WHERE seq = ?", current.seq);
    moved(store, queue, State.delayed, undefined);
    emit(store, queue, "removed", "jobId", holder.job, "prev", "delayed");
    emit(store, queue, "deduplicated", "jobId", job.id, "deduplicationId", options.id, "deduplicatedJobId", holder.job);
    const keepsTime = !options.keepLastIfActive && !options.extend && options.ttl && options.ttl > 0;
    hold(store, queue, options, job.id, keepsTime ? holder.until : undefined);
    return undefined;
  }
  if (!current && holder.until === null) {
    hold(store, queue, options, job.id);
    return undefined;
  }
  keepForLater(store, queue, options, holder, job);
  return holder.job;
}

function reschedule(store: Store, queue: Queue, holder: string, job: NewJob): void {
  const current = headOf(store, queue, holder);
  if (current?.state !== State.delayed) return;
  const delay = Number(job.opts.delay ?? 0);
  const due = dueTime(job.timestamp, delay);
  store.sql.run("UPDATE job SET delay = ?, rank = ? WHERE seq = ?", delay, due, current.seq);
  queue.due = "unknown";
  dueAt(store, queue, due);
  emit(store, queue, "delayed", "jobId", holder, "delay", String(due));
}

/** Keeps the newest duplicate of an active job, to be added when that job ends. */
function keepForLater(store: Store, queue: Queue, options: DeduplicationOptions, holder: Holder, job: NewJob): boolean {
  if (!options.keepLastIfActive || headOf(store, queue, holder.job)?.state !== State.active) return false;
  store.sql.run(
    "UPDATE deduplication SET next = ?, until = NULL WHERE queue = ? AND id = ?",
    JSON.stringify(job),
    queue.id,
    options.id,
  );
  emit(store, queue, "deduplicated", "jobId", holder.job, "deduplicationId", options.id, "deduplicatedJobId", job.id);
  return true;
}

function addKept(store: Store, queue: Queue, id: string, kept: NewJob, now: number): void {
  nextNumber(queue);
  const opts: JobsOptions = kept.opts;
  hold(store, queue, { ...opts.deduplication, id }, kept.id);
  const job: NewJob = { ...kept, timestamp: now, deduplication: id };
  insertJob(store, queue, job);
  const parent = job.parentKey ? findParent(store, job.parentKey, job.parent) : undefined;
  if (parent) adoptChild(store, parent, `${queue.name}:${job.id}`, now);
}

/** Whoever holds the id now; a holder whose time is over holds nothing. */
function holderOf(store: Store, queue: Queue, id: string): Holder | undefined {
  const row = store.sql.get<Holder>(
    "SELECT job, until FROM deduplication WHERE queue = ? AND id = ?",
    queue.id,
    String(id),
  );
  return row && (row.until === null || row.until > Date.now()) ? row : undefined;
}

/** An id held without a time limit by a job that no longer exists would block for ever. */
function isStale(store: Store, queue: Queue, holder: Holder): boolean {
  return holder.until === null && !headOf(store, queue, holder.job);
}

function hold(
  store: Store,
  queue: Queue,
  options: DeduplicationOptions,
  jobId: string,
  until: number | null | undefined = undefined,
): void {
  const timed = !options.keepLastIfActive && options.ttl && options.ttl > 0;
  store.sql.run(
    "INSERT OR REPLACE INTO deduplication (queue, id, job, until) VALUES (?, ?, ?, ?)",
    queue.id,
    String(options.id),
    jobId,
    until !== undefined ? until : timed ? Date.now() + Number(options.ttl) : null,
  );
}

function drop(store: Store, queue: Queue, id: string): number {
  return store.sql.run("DELETE FROM deduplication WHERE queue = ? AND id = ?", queue.id, String(id)).changes;
}
