// Jobs whose worker is gone: those of a dead process at opening, those with an expired lock at each check.
import type { IQueueBackend } from "bullmq";
import { emit } from "./events.ts";
import { isLocked, unlock } from "./locks.ts";
import { linePlace, moved } from "./place.ts";
import type { Queue } from "./queue.ts";
import { headOf, type JobHead } from "./rows.ts";
import { isSchedulerJob } from "./scheduler-rows.ts";
import { State } from "./schema.ts";
import type { Scope } from "./scope.ts";
import type { Store } from "./store.ts";

/** Why a job fails that stalled more often than its worker allows; BullMQ's own words. */
export const stalledTooOften = "job stalled more than allowable limit";

const defaultInterval = 30_000;

type StalledVerbs = Pick<IQueueBackend, "moveStalledJobsToWait">;

/** The stalled-job part of a backend. */
export function stalledVerbs(scope: Scope): StalledVerbs {
  return { moveStalledJobsToWait: () => scope.store.perform(() => recoverStalled(scope)) };
}

/**
 * Puts every job that was active when the last process died back at the front of its line. Nobody else can hold one:
 * the file is locked to this process. Each counts as stalled once, whatever the dead process had running.
 */
export function recoverFromDeadProcess(store: Store): void {
  const queues = store.sql.all<{ name: string }>(
    `SELECT name FROM queue WHERE EXISTS (SELECT 1 FROM job WHERE job.queue = queue.id AND state = ${State.active})`,
  );
  for (const { name } of queues) {
    const queue = store.queue(name);
    const jobs = activeJobs(store, queue);
    void store.perform(() => {
      for (const job of jobs.reverse()) {
        backToFront(store, queue, job, true);
        queue.recovered.push(job.id);
      }
    });
  }
}

function recoverStalled({ store, queue, options }: Scope): string[] {
  const recovered = queue.recovered.splice(0);
  const now = Date.now();
  if (now < queue.nextStalledCheck) return recovered;
  queue.nextStalledCheck = now + (options.stalledInterval ?? defaultInterval);
  for (const id of queue.suspects) {
    if (isLocked(queue, id)) continue;
    const job = headOf(store, queue, id);
    if (job?.state !== State.active) continue;
    const tooOften = job.stalled + 1 > (options.maxStalledCount ?? 1) && !isSchedulerJob(store, queue, job.scheduler);
    backToFront(store, queue, job, false, tooOften ? stalledTooOften : undefined);
    recovered.push(id);
  }
  queue.suspects = new Set(activeJobs(store, queue).map((job) => job.id));
  return recovered;
}

function activeJobs(store: Store, queue: Queue): { id: string; seq: number }[] {
  return store.sql.all<{ id: string; seq: number }>(
    `SELECT seq, id FROM job WHERE queue = ? AND state = ${State.active} ORDER BY rank`,
    queue.id,
  );
}

function backToFront(
  store: Store,
  queue: Queue,
  job: Pick<JobHead, "id" | "seq">,
  interrupted: boolean,
  failure?: string,
): void {
  unlock(store, queue, job.id);
  const place = linePlace(queue, "front");
  store.sql.run(
    "UPDATE job SET state = ?, rank = ?, stalled = stalled + 1, interrupted = ?, " +
      "deferred_failure = coalesce(?, deferred_failure) WHERE seq = ?",
    place.state,
    place.rank,
    interrupted ? 1 : 0,
    failure ?? null,
    job.seq,
  );
  moved(store, queue, State.active, place.state);
  emit(store, queue, "waiting", "jobId", job.id, "prev", "active");
  emit(store, queue, "stalled", "jobId", job.id);
}
