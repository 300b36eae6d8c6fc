// Delayed jobs: when the next one is due, and letting the due ones join the line.
import { emit } from "./events.ts";
import { moved, readyPlace } from "./place.ts";
import type { Queue } from "./queue.ts";
import { countOf } from "./queue.ts";
import { State } from "./schema.ts";
import type { Store } from "./store.ts";

const atOnce = 1000;

/** When the next delayed job of the queue is due, if there is one. */
export function nextDue(store: Store, queue: Queue): number | undefined {
  if (queue.due === "unknown") {
    queue.due =
      countOf(queue, State.delayed) === 0
        ? undefined
        : store.sql.get<{ rank: number }>(
            `SELECT rank FROM job WHERE queue = ? AND state = ${State.delayed} ORDER BY rank LIMIT 1`,
            queue.id,
          )?.rank;
  }
  return queue.due;
}

/** Lets every job that is due join the line of waiting or prioritized jobs. */
export function promoteDue(store: Store, queue: Queue, now: number): void {
  const due = nextDue(store, queue);
  if (due === undefined || due > now) return;
  const jobs = store.sql.all<{ seq: number; id: string; priority: number }>(
    `SELECT seq, id, priority FROM job WHERE queue = ? AND state = ${State.delayed} AND rank <= ? ` +
      `ORDER BY rank, seq LIMIT ${atOnce}`,
    queue.id,
    now,
  );
  for (const job of jobs) promoteDelayed(store, queue, job);
}

/** Lets one delayed job join the line now. */
export function promoteDelayed(store: Store, queue: Queue, job: { seq: number; id: string; priority: number }): void {
  const place = readyPlace(queue, job.priority, "back");
  store.sql.run("UPDATE job SET state = ?, rank = ?, delay = 0 WHERE seq = ?", place.state, place.rank, job.seq);
  moved(store, queue, State.delayed, place.state);
  emit(store, queue, "waiting", "jobId", job.id, "prev", "delayed");
}
