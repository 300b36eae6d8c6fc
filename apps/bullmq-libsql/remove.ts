// Removing jobs: one with its children, or many when a queue is cleaned, drained or obliterated.
import type { IQueueBackend } from "bullmq";
import { releaseOnRemoval } from "./deduplicate.ts";
import { Refusal, refused } from "./errors.ts";
import { emit } from "./events.ts";
import { isLocked, unlock } from "./locks.ts";
import { findParent, forget, hasChild, parentOf, releaseIfNoPending, splitKey } from "./parents.ts";
import { moved } from "./place.ts";
import type { Queue } from "./queue.ts";
import { headOf, type JobHead } from "./rows.ts";
import { isNextIteration } from "./scheduler-rows.ts";
import { Outcome, State } from "./schema.ts";
import type { Scope } from "./scope.ts";
import type { Store } from "./store.ts";

type RemoveVerbs = Pick<IQueueBackend, "remove" | "removeUnprocessedChildren" | "removeChildDependency">;

/** Which children go with their parent. */
interface Choice {
  children: boolean;
  /** Leave alone children that ended, and those somebody is working on. */
  onlyIdle: boolean;
}

/** The removing part of a backend. */
export function removeVerbs({ store, queue }: Scope): RemoveVerbs {
  return {
    remove: (jobId, removeChildren) => store.perform(() => removeUnlessLocked(store, queue, jobId, removeChildren)),
    removeUnprocessedChildren: (jobId) =>
      store.perform(() => {
        const job = headOf(store, queue, jobId);
        if (job) removeChildren(store, job, { children: true, onlyIdle: true });
      }),
    removeChildDependency: (jobId, parentKey) =>
      store.perform(() => {
        const command = "removeChildDependency";
        const job = headOf(store, queue, jobId);
        if (!job) throw refused(Refusal.jobMissing, { command, jobId, parentKey });
        const parent = findParent(store, parentKey);
        if (!parent) throw refused(Refusal.parentMissing, { command, jobId, parentKey });
        if (!forget(store, parent, `${queue.name}:${jobId}`)) return false;
        releaseIfNoPending(store, parent, Date.now());
        store.sql.run("UPDATE job SET parent_key = NULL, parent = NULL WHERE seq = ?", job.seq);
        return true;
      }),
  };
}

/** Removes many jobs of a queue; returns the ids of those that were still there. */
export function removeMany(store: Store, queue: Queue, jobs: JobHead[]): string[] {
  // Those that nobody waits for and that hold nothing go in one statement.
  const plain = jobs.filter((job) => job.parent_key === null && job.deduplication === null && job.has_children === 0);
  const seqs = JSON.stringify(plain.map(({ seq }) => seq));
  store.sql.run("DELETE FROM job WHERE seq IN (SELECT value FROM json_each(?))", seqs);
  for (const job of plain) {
    moved(store, queue, job.state, undefined);
    if (queue.locks.has(job.id)) unlock(store, queue, job.id);
  }
  const gone = new Set(plain);
  return jobs.filter((job) => gone.has(job) || removeAgain(store, queue, job.id)).map(({ id }) => id);
}

/** Looks the job up again first: the removal of another may have taken it along. */
function removeAgain(store: Store, queue: Queue, id: string): boolean {
  const job = headOf(store, queue, id);
  if (job) removeInBulk(store, queue, job);
  return job !== undefined;
}

/** Removes one of many jobs of a queue. A parent in the same queue that has nothing left to wait for goes as well. */
export function removeInBulk(store: Store, queue: Queue, job: JobHead): void {
  erase(store, queue, job);
  const parent = parentOf(store, job);
  if (!parent || !forget(store, parent, `${queue.name}:${job.id}`)) return;
  const abandoned =
    parent.queue === queue &&
    parent.job.state === State.waitingChildren &&
    !hasChild(store, { ...parent.job, has_children: 1 }, Outcome.pending);
  if (abandoned) removeInBulk(store, queue, parent.job);
  else releaseIfNoPending(store, parent, Date.now());
}

function removeUnlessLocked(store: Store, queue: Queue, jobId: string, withChildren: boolean): number {
  const job = headOf(store, queue, jobId);
  if (job && isNextIteration(store, queue, jobId, job.scheduler)) {
    throw refused(Refusal.belongsToScheduler, { command: "removeJob", jobId });
  }
  if (isLockedDeep(store, queue, jobId, withChildren)) return 0;
  if (job) removeWithChildren(store, queue, job, { children: withChildren, onlyIdle: false });
  return 1;
}

function isLockedDeep(store: Store, queue: Queue, jobId: string, withChildren: boolean): boolean {
  if (isLocked(queue, jobId)) return true;
  const job = withChildren ? headOf(store, queue, jobId) : undefined;
  if (!job?.has_children) return false;
  return childKeys(store, job, true).some((key) => {
    const child = splitKey(store, key);
    return child !== undefined && isLockedDeep(store, child.queue, child.id, true);
  });
}

function removeWithChildren(store: Store, queue: Queue, job: JobHead, choice: Choice): void {
  if (choice.onlyIdle && (isLocked(queue, job.id) || job.state === State.failed)) return;
  const parent = parentOf(store, job);
  if (parent && forget(store, parent, `${queue.name}:${job.id}`)) releaseIfNoPending(store, parent, Date.now());
  if (choice.children) removeChildren(store, job, choice);
  // Looked up again: the last child that went may have moved this job into the line.
  const current = headOf(store, queue, job.id);
  if (!current) return;
  erase(store, queue, current);
  emit(store, queue, "removed", "jobId", job.id, "prev", stateNames[current.state]);
}

function removeChildren(store: Store, job: JobHead, choice: Choice): void {
  if (!job.has_children) return;
  for (const key of childKeys(store, job, choice.onlyIdle)) {
    const place = splitKey(store, key);
    const child = place && headOf(store, place.queue, place.id);
    if (child) removeWithChildren(store, place.queue, child, choice);
  }
}

function childKeys(store: Store, job: JobHead, pendingOnly: boolean): string[] {
  return store.sql
    .all<{ child: string }>(
      `SELECT child FROM dependency WHERE parent = ? ${pendingOnly ? `AND outcome = ${Outcome.pending}` : ""}`,
      job.seq,
    )
    .map(({ child }) => child);
}

function erase(store: Store, queue: Queue, job: JobHead): void {
  store.sql.run("DELETE FROM job WHERE seq = ?", job.seq);
  moved(store, queue, job.state, undefined);
  if (queue.locks.has(job.id)) unlock(store, queue, job.id);
  releaseOnRemoval(store, queue, job.id, job.deduplication);
}

const stateNames: Record<State, string> = {
  [State.waiting]: "wait",
  [State.prioritized]: "prioritized",
  [State.active]: "active",
  [State.delayed]: "delayed",
  [State.waitingChildren]: "waiting-children",
  [State.completed]: "completed",
  [State.failed]: "failed",
};
