// Locks of active jobs. They live in memory: only one process opens the file, so a lock never needs to outlive it.
import type { IQueueBackend } from "bullmq";
import { Refusal } from "./errors.ts";
import type { Queue } from "./queue.ts";
import type { Scope } from "./scope.ts";
import type { Store } from "./store.ts";

/** A worker that fetches by hand may ask for no lock with this token. */
const noLock = "0";

type LockVerbs = Pick<IQueueBackend, "extendLock" | "extendLocks">;

/** The locking part of a backend. */
export function lockVerbs({ store, queue }: Scope): LockVerbs {
  return {
    extendLock: (jobId, token, duration) => store.perform(() => (extend(queue, jobId, token, duration) ? 1 : 0)),
    extendLocks: (jobIds, tokens, duration) =>
      store.perform(() => jobIds.filter((jobId, index) => !extend(queue, jobId, tokens[index] ?? "", duration))),
  };
}

/** Locks a job that has just become active. */
export function lock(store: Store, queue: Queue, jobId: string, token: string, until: number): void {
  if (token === noLock) return;
  change(store, queue, jobId, { token, until });
}

/** Whether somebody holds the job now. */
export function isLocked(queue: Queue, jobId: string): boolean {
  const held = queue.locks.get(jobId);
  return held !== undefined && held.until > Date.now();
}

/**
 * Why the holder of this token may not finish the job, if it may not. Changes nothing. An expired lock that nobody has
 * taken away still counts: the job is nobody else's, so its late result is welcome.
 */
export function lockRefusal(queue: Queue, jobId: string, token: string): Refusal | undefined {
  if (token === noLock) return undefined;
  const held = queue.locks.get(jobId);
  if (held?.token === token) return undefined;
  return held ? Refusal.lockMismatch : Refusal.lockMissing;
}

/** Lets go of a job's lock. */
export function unlock(store: Store, queue: Queue, jobId: string): void {
  change(store, queue, jobId, undefined);
  queue.suspects.delete(jobId);
}

function extend(queue: Queue, jobId: string, token: string, duration: number): boolean {
  const held = queue.locks.get(jobId);
  if (held?.token !== token) return false;
  held.until = Date.now() + Number(duration);
  queue.suspects.delete(jobId);
  return true;
}

function change(store: Store, queue: Queue, jobId: string, next: { token: string; until: number } | undefined): void {
  const before = queue.locks.get(jobId);
  if (next) queue.locks.set(jobId, next);
  else queue.locks.delete(jobId);
  store.undoWith(() => {
    if (before) queue.locks.set(jobId, before);
    else queue.locks.delete(jobId);
  });
}
