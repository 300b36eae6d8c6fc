/** Ends runs that took longer than their operation allows, and task runs that have waited for too long. */
import type { Clock, Logger, TaskQueue } from "../core/ports.ts";
import type { RunStore, Settled } from "../core/run-store.ts";
import { createDuty, type PokedDuty } from "./duty.ts";

export interface DeadlineParts {
  readonly transitions: RunStore;
  readonly queue: TaskQueue;
  readonly clock: Clock;
  readonly log: Logger;
  /** Asks running attempts to stop. */
  abort(taskRunIds: readonly string[]): void;
  /** Cancels the runs that are task runs of this one. */
  cancelChildren(runId: string): Promise<void>;
  endOverdue(): Promise<void>;
  onSettled(settled: Settled): void;
}

/** Clocks jump; a look that finds nothing costs one read of an index. */
const LONGEST_SLEEP_MS = 60_000;

export function createDeadlines(parts: DeadlineParts): PokedDuty<number | null> {
  const { transitions, queue, clock, log } = parts;
  return createDuty({
    name: "deadlines",
    log,
    async runOnce() {
      for (const run of await transitions.expire(clock())) {
        log.warn({ run: run.runId }, "a run took longer than it may; it is ended");
        parts.abort(run.running);
        await queue.add(run.ready);
        parts.onSettled(run);
        await queue.remove(run.removed);
        await parts.cancelChildren(run.runId);
      }
      await parts.endOverdue();
      return transitions.nextExpiry();
    },
    pauseAfter: (next) => (next === null ? null : Math.min(Math.max(next - clock(), 0), LONGEST_SLEEP_MS)),
  });
}
