// Emptying queues: clean what is old, drain what waits, obliterate everything.
import type { IQueueBackend } from "bullmq";
import { emit, trimEvents } from "./events.ts";
import { isLocked } from "./locks.ts";
import { countOf, type Queue, readQueue } from "./queue.ts";
import { removeMany } from "./remove.ts";
import { headColumns, type JobHead } from "./rows.ts";
import { isNextIteration } from "./scheduler-rows.ts";
import { State } from "./schema.ts";
import type { Scope } from "./scope.ts";
import type { Store } from "./store.ts";

type CleanVerbs = Pick<IQueueBackend, "cleanJobsByState" | "drain" | "obliterate" | "removeOrphanedJobs">;

/** Which moment of a job its age is counted from, in each state that can be cleaned. */
const ageColumn: Partial<Record<State, string>> = {
  [State.waiting]: "coalesce(finished_on, processed_on, timestamp)",
  [State.active]: "coalesce(finished_on, processed_on, timestamp)",
  [State.delayed]: "coalesce(processed_on, timestamp)",
  [State.prioritized]: "timestamp",
  [State.waitingChildren]: "rank",
  [State.completed]: "rank",
  [State.failed]: "rank",
};

const cleanable: Record<string, State> = {
  wait: State.waiting,
  waiting: State.waiting,
  active: State.active,
  delayed: State.delayed,
  prioritized: State.prioritized,
  "waiting-children": State.waitingChildren,
  completed: State.completed,
  failed: State.failed,
};

/** The emptying part of a backend. */
export function cleanVerbs({ store, queue }: Scope): CleanVerbs {
  return {
    cleanJobsByState: (state, timestamp, limit = 0) =>
      store.perform(() => clean(store, queue, cleanable[state], timestamp, limit)),
    drain: (delayed) =>
      store.perform(() => {
        drain(store, queue, State.waiting);
        drain(store, queue, State.prioritized);
        if (delayed) drain(store, queue, State.delayed);
      }),
    obliterate: ({ force, count }) => store.perform(() => obliterate(store, queue, force, count)),
    // A job is one row that carries its state, so a job without a state cannot exist.
    removeOrphanedJobs: () => Promise.resolve(0),
  };
}

function clean(store: Store, queue: Queue, state: State | undefined, before: number, limit: number): string[] {
  const removed: string[] = [];
  if (state !== undefined) {
    const found = store.sql.all<JobHead>(
      `SELECT ${headColumns} FROM job WHERE queue = ? AND state = ? AND ${ageColumn[state]} <= ? ` +
        "ORDER BY rank, seq LIMIT ?",
      queue.id,
      state,
      before,
      limit > 0 ? limit : -1,
    );
    const free = found.filter(({ id }) => state !== State.active || !isLocked(queue, id));
    const jobs = state >= State.completed ? free : free.filter((job) => !belongsToScheduler(store, queue, job));
    removed.push(...removeMany(store, queue, jobs));
  }
  emit(store, queue, "cleaned", "count", String(removed.length));
  return removed;
}

function drain(store: Store, queue: Queue, state: State): void {
  const found = store.sql.all<JobHead>(
    `SELECT ${headColumns} FROM job WHERE queue = ? AND state = ? ORDER BY rank, seq`,
    queue.id,
    state,
  );
  const jobs = found.filter((job) => !belongsToScheduler(store, queue, job));
  removeMany(store, queue, jobs);
}

function belongsToScheduler(store: Store, queue: Queue, job: JobHead): boolean {
  return isNextIteration(store, queue, job.id, job.scheduler);
}

/** Removes up to `count` jobs, then the queue's memory; returns 1 while there is more to do. */
function obliterate(store: Store, queue: Queue, force: boolean, count: number): number {
  if (!queue.meta.has("paused")) throw new Error("Cannot obliterate non-paused queue");
  if (!force && countOf(queue, State.active) > 0) throw new Error("Cannot obliterate queue with active jobs");
  const jobs = store.sql.all<JobHead>(
    `SELECT ${headColumns} FROM job WHERE queue = ? ORDER BY seq LIMIT ?`,
    queue.id,
    count,
  );
  removeMany(store, queue, jobs);
  if (jobs.length >= count) return 1;
  for (const table of ["meta", "deduplication", "scheduler", "metric"]) {
    store.sql.run(`DELETE FROM ${table} WHERE queue = ?`, queue.id);
  }
  const { lastEvent } = queue;
  trimEvents(store, queue, 0);
  store.sql.run(
    "UPDATE queue SET counter = 0, limiter_count = 0, limiter_until = 0, last_event = ? WHERE id = ?",
    lastEvent,
    queue.id,
  );
  queue.locks.clear();
  queue.nextStalledCheck = 0;
  readQueue(store.sql, queue);
  return 0;
}
