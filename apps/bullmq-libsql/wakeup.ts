// How idle workers and listeners wait: in memory, woken by the commit that has something for them, never by polling.

import { nextDue } from "./delayed.ts";
import type { Queue } from "./queue.ts";
import { inLine, isHeld } from "./queue.ts";
import type { Store } from "./store.ts";

/** Longest sleep towards a due time: a clock that is set forward is noticed within it. */
const longestNap = 30_000;

/** How many jobs a worker could claim at this moment. */
export function readyCount(queue: Queue): number {
  return isHeld(queue) ? 0 : inLine(queue);
}

/** Resolves with true as soon as a job may be claimed, with false at the timeout or when told to stop. */
export function waitForWork(store: Store, queue: Queue, seconds: number, signals: AbortSignal[]): Promise<boolean> {
  const until = Date.now() + seconds * 1000;
  return new Promise((resolve) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const settle = (found: boolean): void => {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener("abort", stop);
      queue.waiters.delete(look);
      resolve(found);
    };
    const stop = (): void => settle(false);
    const look = (): void => {
      clearTimeout(timer);
      const now = Date.now();
      const due = nextDue(store, queue);
      const found = readyCount(queue) > 0 || (due !== undefined && due <= now);
      if (found || signals.some((signal) => signal.aborted) || now >= until) settle(found);
      else timer = setTimeout(look, Math.min(Math.min(until, due ?? until) - now, longestNap));
    };
    for (const signal of signals) signal.addEventListener("abort", stop, { once: true });
    queue.waiters.add(look);
    look();
  });
}

/** Wakes as many workers as there are jobs for; all of them re-arm their timers when a due time changed. */
export function wakeWorkers(queue: Queue): void {
  if (queue.waiters.size === 0) return;
  const ready = readyCount(queue);
  let woken = 0;
  for (const look of [...queue.waiters]) {
    if (ready > 0 && woken >= ready) return;
    look();
    woken++;
  }
}

/** Wakes everyone who waits for events. */
export function wakeListeners(queue: Queue): void {
  for (const wake of [...queue.readers]) wake();
}
