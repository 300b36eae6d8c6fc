/** What a start does first: task runs that an earlier life of this server left running go back to the queue at once. */
import type { Logger, TaskQueue } from "../core/ports.ts";
import type { Interrupted } from "../core/run-store.ts";

export async function recover(lost: Interrupted, queue: TaskQueue, log: Logger): Promise<void> {
  if (lost.interrupted > 0)
    log.warn({ interrupted: lost.interrupted }, "the last stop interrupted task runs; they go on now");
  await queue.add(lost.ready, { again: true });
}
