// Rate limits: how many jobs may start in a window, and how long until the next window.
import type { IQueueBackend } from "bullmq";
import type { Queue } from "./queue.ts";
import type { OwnerOptions, Scope } from "./scope.ts";
import type { Store } from "./store.ts";

type RateLimitVerbs = Pick<IQueueBackend, "getRateLimitTtl" | "setRateLimit" | "removeRateLimitKey">;

/** No such window, as Redis answers for a missing key. */
const noWindow = -2;

/** The rate-limiting part of a backend. */
export function rateLimitVerbs({ store, queue }: Scope): RateLimitVerbs {
  return {
    getRateLimitTtl: (maxJobs) =>
      store.perform(() => {
        const limit = maxJobs || Number(queue.meta.get("max") ?? 0);
        if (limit) return timeToWait(queue, limit, Date.now());
        const left = queue.limiter.until - Date.now();
        return left > 0 ? left : noWindow;
      }),
    setRateLimit: (expireTimeMs) =>
      store.perform(() =>
        setWindow(store, queue, Number.MAX_SAFE_INTEGER, Date.now() + Math.floor(Number(expireTimeMs))),
      ),
    removeRateLimitKey: () =>
      store.perform(() => {
        const open = queue.limiter.until > Date.now();
        if (open) setWindow(store, queue, 0, 0);
        return open ? 1 : 0;
      }),
  };
}

/** How many jobs may start in one window: the queue's own limit before the worker's. */
export function limitOf(queue: Queue, options: OwnerOptions): number | undefined {
  const global = queue.meta.get("max");
  return global === undefined ? options.limiter?.max : Number(global);
}

/** How long until another job may start; zero when it may start now. */
export function timeToWait(queue: Queue, limit: number | undefined, now: number): number {
  if (!limit) return 0;
  const { count, until } = queue.limiter;
  return until > now && count >= limit ? until - now : 0;
}

/** Counts a job that starts, opening a window with the first. */
export function countStart(store: Store, queue: Queue, options: OwnerOptions, now: number): void {
  const { count, until } = queue.limiter;
  const duration = options.limiter?.duration ?? Number(queue.meta.get("duration") ?? 0);
  if (until > now) setWindow(store, queue, count + 1, until);
  else setWindow(store, queue, 1, now + Math.floor(Math.abs(duration)));
}

function setWindow(store: Store, queue: Queue, count: number, until: number): void {
  queue.limiter = { count, until };
  queue.changed = true;
  store.touch(queue);
}
