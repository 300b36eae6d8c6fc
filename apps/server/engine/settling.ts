/**
 * Ends of attempts that are being written while their workers go on: the write waits for the disk, which the next task run need
 * not. Until it is there the row says who has it, so a crash in between is an attempt interrupted, as any other.
 */
import type { TaskRun } from "../core/entities.ts";
import type { Outcome } from "../core/execution.ts";
import type { FindTask } from "../core/plan.ts";
import type { Logger } from "../core/ports.ts";

export interface Settling {
  /** Resolves at once, or when there is room for one more. */
  aside(write: () => Promise<unknown>): Promise<void>;
  /** Resolves when nothing is being written. */
  ended(): Promise<void>;
}

/** What comes while the disk is busy goes onto it together: a slow disk (20 ms) takes 3,000 a second like this. Each holds its outcome. */
const MOST = 64;

export function createSettling(log: Logger): Settling {
  const writing = new Set<Promise<void>>();
  return {
    async aside(write) {
      while (writing.size >= MOST) await Promise.race(writing);
      const written = write().then(
        () => void writing.delete(written),
        (error) => {
          writing.delete(written);
          log.error({ err: error }, "the end of an attempt could not be written; the next start repeats the attempt");
        },
      );
      writing.add(written);
    },
    async ended() {
      while (writing.size > 0) await Promise.all(writing);
    },
  };
}

/** No worker waits for what comes of it: there will be no next try, and no subtask that has to be taken up before others. */
export function isEnd({ spec }: TaskRun, outcome: Outcome, findTask: FindTask): boolean {
  if (outcome.type !== "succeeded") return false;
  return outcome.spawned.every(({ task, priority }) => {
    const other = task === null ? spec : findTask(task)?.spec;
    return other !== undefined && other.order !== "depth" && priority === undefined;
  });
}
