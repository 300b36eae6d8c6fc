// Parents and children of flows: who waits for whom, and what a child's end means for its parent.
import type { ParentKeys } from "bullmq";
import type { NewJob } from "./add.ts";
import { emit } from "./events.ts";
import { delayedPlace, dueAt, moved, readyPlace } from "./place.ts";
import type { Queue } from "./queue.ts";
import { headOf, type JobHead } from "./rows.ts";
import { Outcome, State } from "./schema.ts";
import type { Store } from "./store.ts";

/** A parent job and where it lives. */
export interface Parent {
  queue: Queue;
  job: JobHead;
  key: string;
}

/** Splits a job's key; queue names hold no colon, but ids may, so a known queue decides. */
export function splitKey(store: Store, key: string): { queue: Queue; id: string } | undefined {
  for (let colon = key.indexOf(":"); colon !== -1; colon = key.indexOf(":", colon + 1)) {
    const queue = store.knownQueue(key.slice(0, colon));
    if (queue) return { queue, id: key.slice(colon + 1) };
  }
  return undefined;
}

/** Looks a parent up by its key, or by queue and id when both are known. */
export function findParent(store: Store, key: string, named?: ParentKeys): Parent | undefined {
  const queue = named?.id ? store.knownQueue(named.queueKey) : undefined;
  const place = queue && named?.id ? { queue, id: named.id } : splitKey(store, key);
  if (!place) return undefined;
  const job = headOf(store, place.queue, place.id);
  return job && { queue: place.queue, job, key };
}

/** Makes the parent wait for a child. */
export function adoptChild(store: Store, parent: Parent, childKey: string, at: number): void {
  record(store, parent, childKey, Outcome.pending, null, at);
}

/** Links a job that existed already to the parent that names it; false when it has another parent that still exists. */
export function adoptExisting(
  store: Store,
  queue: Queue,
  existing: JobHead,
  job: NewJob,
  parent: Parent | undefined,
  releaseLater: boolean,
): boolean {
  const known = existing.parent_key;
  if (known && known !== job.parentKey && findParent(store, known)) {
    if (parent) return false;
  } else if (parent) {
    const key = `${queue.name}:${job.id}`;
    if (existing.state === State.completed) {
      const row = store.sql.get<{ return_value: string | null }>(
        "SELECT return_value FROM job WHERE seq = ?",
        existing.seq,
      );
      record(store, parent, key, Outcome.processed, row?.return_value ?? "null", job.timestamp);
      if (!releaseLater) releaseIfNoPending(store, parent, job.timestamp);
    } else {
      adoptChild(store, parent, key, job.timestamp);
    }
    store.sql.run(
      "UPDATE job SET parent_key = ?, parent = ? WHERE seq = ?",
      parent.key,
      JSON.stringify(job.parent ?? {}),
      existing.seq,
    );
  }
  emit(store, queue, "duplicated", "jobId", job.id);
  return true;
}

/** Tells the parent that a child completed with this result. */
export function childCompleted(store: Store, child: JobHead, childKey: string, result: string, now: number): void {
  const parent = parentOf(store, child);
  if (parent && settle(store, parent, childKey, Outcome.processed, result, now)) releaseIfNoPending(store, parent, now);
}

/** Tells the parent that a child failed for good; the child's options say what that means. */
export function childFailed(store: Store, child: JobHead, childKey: string, reason: string, now: number): void {
  const policy = child.parent ? (JSON.parse(child.parent) as ParentKeys) : undefined;
  const parent = policy && parentOf(store, child);
  if (!policy || !parent) return;
  if (policy.fpof) {
    if (settle(store, parent, childKey, Outcome.failed, null, now)) failWithChild(store, parent, childKey, now);
  } else if (policy.cpof) {
    if (settle(store, parent, childKey, Outcome.ignored, reason, now)) release(store, parent, now);
  } else if (policy.idof) {
    if (settle(store, parent, childKey, Outcome.ignored, reason, now)) releaseIfNoPending(store, parent, now);
  } else if (policy.rdof) {
    if (forget(store, parent, childKey)) releaseIfNoPending(store, parent, now);
  }
}

/** A retried child is waited for again; a parent that went on already is not called back. */
export function childRetried(store: Store, child: JobHead, childKey: string, from: "completed" | "failed"): void {
  const parent = parentOf(store, child);
  if (!parent) return;
  const ended = from === "failed" ? `(${Outcome.ignored}, ${Outcome.failed})` : `(${Outcome.processed})`;
  store.sql.run(
    `UPDATE dependency SET outcome = ${Outcome.pending}, value = NULL WHERE parent = ? AND child = ? AND outcome IN ${ended}`,
    parent.job.seq,
    childKey,
  );
}

/** Whether some child of the job has this outcome. */
export function hasChild(store: Store, job: { seq: number; has_children: number }, outcome: Outcome): boolean {
  if (job.has_children === 0) return false;
  return (
    store.sql.get("SELECT 1 FROM dependency WHERE parent = ? AND outcome = ? LIMIT 1", job.seq, outcome) !== undefined
  );
}

/** Forgets a pending child; true when the parent had waited for it. */
export function forget(store: Store, parent: Parent, childKey: string): boolean {
  return (
    store.sql.run(
      `DELETE FROM dependency WHERE parent = ? AND child = ? AND outcome = ${Outcome.pending}`,
      parent.job.seq,
      childKey,
    ).changes > 0
  );
}

/** Lets the parent go on when it waits and no child is pending. */
export function releaseIfNoPending(store: Store, parent: Parent | undefined, now: number): void {
  if (!parent || hasChild(store, { ...parent.job, has_children: 1 }, Outcome.pending)) return;
  release(store, parent, now);
}

/** The parent of a job, if it still exists. */
export function parentOf(store: Store, child: JobHead): Parent | undefined {
  if (!child.parent_key) return undefined;
  return findParent(store, child.parent_key, child.parent ? (JSON.parse(child.parent) as ParentKeys) : undefined);
}

/** Lets a parent that waits for children go on, whether or not some are pending. */
function release(store: Store, parent: Parent, now: number): void {
  if (parent.job.state !== State.waitingChildren) return;
  leaveForLine(store, parent, parent.job.delay, now);
}

function failWithChild(store: Store, parent: Parent, childKey: string, now: number): void {
  const { job } = parent;
  if (job.state === State.failed) return;
  store.sql.run("UPDATE job SET deferred_failure = ? WHERE seq = ?", `child ${childKey} failed`, job.seq);
  if (job.state === State.waitingChildren || job.state === State.delayed) {
    leaveForLine(store, parent, job.state === State.delayed ? 0 : job.delay, now);
  }
}

function leaveForLine(store: Store, { queue, job }: Parent, delay: number, now: number): void {
  const place =
    delay > 0 ? delayedPlace(now + delay) : readyPlace(queue, job.priority, job.priority ? "back" : "front");
  store.sql.run("UPDATE job SET state = ?, rank = ?, delay = ? WHERE seq = ?", place.state, place.rank, delay, job.seq);
  moved(store, queue, job.state, place.state);
  job.state = place.state;
  if (delay > 0) {
    dueAt(store, queue, place.rank);
    emit(store, queue, "delayed", "jobId", job.id, "delay", String(place.rank));
  } else {
    emit(store, queue, "waiting", "jobId", job.id, "prev", "waiting-children");
  }
}

function settle(
  store: Store,
  parent: Parent,
  childKey: string,
  outcome: Outcome,
  value: string | null,
  at: number,
): boolean {
  return (
    store.sql.run(
      `UPDATE dependency SET outcome = ?, value = ?, at = ? WHERE parent = ? AND child = ? AND outcome = ${Outcome.pending}`,
      outcome,
      value,
      at,
      parent.job.seq,
      childKey,
    ).changes > 0
  );
}

function record(
  store: Store,
  parent: Parent,
  childKey: string,
  outcome: Outcome,
  value: string | null,
  at: number,
): void {
  if (parent.job.has_children === 0) {
    store.sql.run("UPDATE job SET has_children = 1 WHERE seq = ?", parent.job.seq);
    parent.job.has_children = 1;
  }
  store.sql.run(
    "INSERT OR REPLACE INTO dependency (parent, child, outcome, at, value) VALUES (?, ?, ?, ?, ?)",
    parent.job.seq,
    childKey,
    outcome,
    at,
    value,
  );
}
