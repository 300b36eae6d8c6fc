// Places in a queue: which state and rank a job gets when it joins a line, and the bookkeeping of leaving one.
import { priorityStep, type Queue } from "./queue.ts";
import { State } from "./schema.ts";
import type { Store } from "./store.ts";

/** Where a job stands. */
export interface Place {
  state: State;
  rank: number;
}

/** A place among the jobs ready to be claimed: by priority if it has one, else in line. */
export function readyPlace(queue: Queue, priority: number, end: "front" | "back"): Place {
  if (priority > 0) return prioritizedPlace(queue, priority, end);
  return linePlace(queue, end);
}

/** A place in the plain line, whatever the job's priority. */
export function linePlace(queue: Queue, end: "front" | "back"): Place {
  return { state: State.waiting, rank: end === "front" ? queue.front-- : queue.back++ };
}

/** A place among those of a priority; the front is before all of its equals. */
export function prioritizedPlace(queue: Queue, priority: number, end: "front" | "back"): Place {
  const turn = end === "front" ? 0 : queue.turn++ % priorityStep;
  return { state: State.prioritized, rank: priority * priorityStep + turn };
}

/** A place among the delayed. */
export function delayedPlace(due: number): Place {
  return { state: State.delayed, rank: due };
}

/** When a delay counted from a moment is over. */
export function dueTime(from: number, delay: number): number {
  return delay > 0 ? from + delay : from;
}

/** Keeps the counts right when jobs join, leave or change state. */
export function moved(store: Store, queue: Queue, from: State | undefined, to: State | undefined, jobs = 1): void {
  if (from !== undefined) queue.counts.set(from, (queue.counts.get(from) ?? 0) - jobs);
  if (to !== undefined) queue.counts.set(to, (queue.counts.get(to) ?? 0) + jobs);
  if (from === State.delayed) queue.due = "unknown";
  store.touch(queue);
}

/** Notes a new due time, so that the next one is known without a look-up. */
export function dueAt(store: Store, queue: Queue, due: number): void {
  if (queue.due !== "unknown" && (queue.due === undefined || due < queue.due)) queue.due = due;
  store.touch(queue);
}
