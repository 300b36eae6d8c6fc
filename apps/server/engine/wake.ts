/** Delivers again what waited for a lock: its job was given up, but may not be gone from the queue yet. */
import type { Delivery } from "../core/entities.ts";
import type { Logger, TaskQueue } from "../core/ports.ts";

/** Waits between tries, in milliseconds. What is left after the last, `reconcile` finds. */
const PAUSES = [0, 20, 50, 100, 200, 400, 800];

export async function deliverWoken(queue: TaskQueue, woken: readonly Delivery[], log: Logger): Promise<void> {
  try {
    let left = woken;
    for (const ms of PAUSES) {
      if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
      const missing = await queue.missing(left);
      await queue.add(missing, { again: true });
      left = left.filter((delivery) => !missing.includes(delivery));
      if (left.length === 0) return;
    }
  } catch (error) {
    log.warn({ err: error }, "what waited for a lock could not be delivered; reconcile delivers it");
  }
}
