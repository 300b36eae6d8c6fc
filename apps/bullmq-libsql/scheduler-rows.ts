// Job schedulers as rows: when the next iteration is, and the text fields BullMQ reads back.
import type { Queue } from "./queue.ts";
import type { Store } from "./store.ts";

/** A scheduler's row. */
export interface SchedulerRow {
  id: string;
  next: number;
  fields: Record<string, string>;
}

/** Looks a scheduler up. */
export function findScheduler(store: Store, queue: Queue, id: string): SchedulerRow | undefined {
  const row = store.sql.get<{ next: number; fields: string }>(
    "SELECT next, fields FROM scheduler WHERE queue = ? AND id = ?",
    queue.id,
    id,
  );
  return row && { id, next: row.next, fields: JSON.parse(row.fields) as Record<string, string> };
}

/** Writes a scheduler, new or changed. */
export function saveScheduler(store: Store, queue: Queue, { id, next, fields }: SchedulerRow): void {
  store.sql.run(
    "INSERT OR REPLACE INTO scheduler (queue, id, next, fields) VALUES (?, ?, ?, ?)",
    queue.id,
    id,
    next,
    JSON.stringify(fields),
  );
}

/** Whether the job comes from a scheduler that still exists. */
export function isSchedulerJob(store: Store, queue: Queue, schedulerId: string | null): boolean {
  return schedulerId !== null && findScheduler(store, queue, schedulerId) !== undefined;
}

/** Whether the job is the scheduler's next iteration, which only the scheduler may take away. */
export function isNextIteration(store: Store, queue: Queue, jobId: string, schedulerId: string | null): boolean {
  if (schedulerId === null) return false;
  const scheduler = findScheduler(store, queue, schedulerId);
  return scheduler !== undefined && jobId === pendingJobId(scheduler);
}

/** The id of the job that a scheduler makes for a moment. */
export function iterationId(schedulerId: string, at: number): string {
  return `repeat:${schedulerId}:${at}`;
}

/** The id of the job that is the scheduler's next iteration. */
export function pendingJobId({ id, next, fields }: SchedulerRow): string {
  return fields.job ?? iterationId(id, next);
}
