/**
 * Rows that are queued without a job get one again: the process may have died between the commit and the queue, or the queue may
 * have been emptied. Walks all queued rows page by page, then rests.
 */
import type { Logger, TaskQueue } from "../core/ports.ts";
import type { RunStore } from "../core/run-store.ts";
import { createDuty, type PokedDuty } from "./duty.ts";

export interface ReconcileResult {
  readonly seen: number;
  readonly added: number;
  /** False: there is more to walk. */
  readonly done: boolean;
}

const PAGE = 500;
const REST_MS = 30_000;

export function createReconcile(transitions: RunStore, queue: TaskQueue, log: Logger): PokedDuty<ReconcileResult> {
  let after: string | null = null;
  return createDuty({
    name: "reconcile",
    log,
    async runOnce() {
      const page = await transitions.queued(after, PAGE);
      const missing = await queue.missing(page);
      await queue.add(missing, { again: true });
      if (missing.length > 0) log.info({ added: missing.length }, "queued task runs had no job; added again");
      const done = page.length < PAGE;
      after = done ? null : (page.at(-1)?.taskRunId ?? null);
      return { seen: page.length, added: missing.length, done };
    },
    pauseAfter: (result) => (result.done ? REST_MS : 0),
  });
}
