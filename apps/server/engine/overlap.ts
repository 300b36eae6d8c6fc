/** What becomes of a start while the run that the same schedule entry started before still goes on. */
import type { Overlap } from "../core/definition.ts";
import type { ScheduleEntry } from "../core/entities.ts";
import { UltravisorError } from "../core/errors.ts";
import type { Engine, RunReader } from "../core/ports.ts";

export interface Verdict {
  readonly verdict: "start" | "skip" | "wait";
  readonly reason: string;
}

export interface Overlaps {
  /** With `replace` the run that goes on is cancelled here. */
  resolve(entry: ScheduleEntry): Promise<Verdict>;
}

const FREE: Verdict = { verdict: "start", reason: "" };

export function createOverlaps(runs: RunReader, cancel: Engine["cancel"]): Overlaps {
  return {
    async resolve(entry) {
      const { lastRunId } = entry;
      const policy = (entry.trigger.overlap as Overlap | undefined) ?? "skip";
      if (policy === "parallel" || lastRunId === null) return FREE;
      const run = await runs.get(lastRunId);
      if (run === null || run.finishedAt !== null) return FREE;
      if (policy === "replace") {
        await cancelIfOpen(cancel, lastRunId);
        return FREE;
      }
      const reason = `run ${lastRunId} still goes on`;
      return { verdict: policy === "queue" ? "wait" : "skip", reason };
    },
  };
}

/** It may end by itself between the look and the cancelling. */
async function cancelIfOpen(cancel: Engine["cancel"], runId: string): Promise<void> {
  try {
    await cancel(runId);
  } catch (error) {
    if (!(error instanceof UltravisorError) || error.code !== "run_final") throw error;
  }
}
