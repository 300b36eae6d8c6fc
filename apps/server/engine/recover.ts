/** What a start does first: task runs that an earlier life of this server left running go back to the queue at once. */
import type { Clock, Logger, TaskQueue } from "../core/ports.ts";
import type { RunStore, Settled } from "../core/run-store.ts";

export async function recover(
  transitions: RunStore,
  queue: TaskQueue,
  clock: Clock,
  log: Logger,
): Promise<Settled & { interrupted: number }> {
  const lost = await transitions.interruptLost(clock());
  if (lost.interrupted > 0)
    log.warn({ interrupted: lost.interrupted }, "the last stop interrupted task runs; they go on now");
  await queue.add(lost.ready, { again: true });
  return lost;
}
