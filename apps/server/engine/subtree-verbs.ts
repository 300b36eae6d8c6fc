/** What people do with a part of a run, or with a run that goes on: let it wait and go on, end it, try again what failed. */
import type { Run } from "../core/entities.ts";
import { UltravisorError } from "../core/errors.ts";
import type { Engine } from "../core/ports.ts";
import type { RunVerbParts } from "./run-verbs.ts";

export type SubtreeVerbParts = Pick<
  RunVerbParts,
  "transitions" | "runs" | "taskRuns" | "queue" | "clock" | "abort" | "cancelChildren" | "onSettled"
>;
type Verbs = Pick<Engine, "pause" | "resume" | "cancelBelow" | "retryBelow">;

export function createSubtreeVerbs(parts: SubtreeVerbParts): Verbs {
  const { transitions, queue, clock } = parts;
  return {
    async pause(runId, part) {
      const taskRunId = part ?? null;
      const before = await find(parts, runId, taskRunId);
      const paused = await transitions.pause(runId, taskRunId, clock());
      if (paused === null && (taskRunId !== null || before.pausedAt === null))
        throw nothing("pause", "all of it has ended, or is paused");
      await queue.remove(paused?.removed ?? []);
      parts.onSettled({ ready: [], finished: [] });
      return find(parts, runId, null);
    },
    async resume(runId, part) {
      const taskRunId = part ?? null;
      await find(parts, runId, taskRunId);
      const resumed = await transitions.resume(runId, taskRunId, clock());
      if (resumed === null) throw nothing("resume", "it is not paused itself");
      await queue.add(resumed.ready, { again: true });
      parts.onSettled(resumed);
      return find(parts, runId, null);
    },
    async cancelBelow(runId, taskRunId) {
      await find(parts, runId, taskRunId);
      const cancelled = await transitions.cancelBelow(runId, taskRunId, clock());
      if (cancelled === null) throw nothing("cancel", "all of it has ended");
      parts.abort(cancelled.running);
      await queue.add(cancelled.ready);
      parts.onSettled(cancelled);
      await queue.remove(cancelled.removed);
      await parts.cancelChildren(runId);
      return find(parts, runId, null);
    },
    async retryBelow(runId, taskRunId, { only } = {}) {
      await find(parts, runId, taskRunId);
      const again = await transitions.retryBelow(runId, taskRunId, only === "failed", clock());
      if (again === null)
        throw nothing("retry", only === "failed" ? "nothing failed" : "nothing failed or was cancelled");
      // Jobs of an earlier time would keep the queue from taking the same ids again.
      await queue.remove(again.waiting);
      await queue.add(again.ready, { again: true });
      parts.onSettled(again);
      return find(parts, runId, null);
    },
  };
}

function nothing(verb: string, why: string): UltravisorError {
  return new UltravisorError("conflict", `there is nothing to ${verb}: ${why}`);
}

async function find({ runs, taskRuns }: SubtreeVerbParts, runId: string, taskRunId: string | null): Promise<Run> {
  const run = await runs.get(runId);
  if (run === null) throw new UltravisorError("unknown_run", `expected the id of a run, got ${JSON.stringify(runId)}`);
  const taskRun = taskRunId === null ? null : await taskRuns.get(taskRunId);
  if (taskRunId !== null && taskRun?.runId !== runId)
    throw new UltravisorError(
      "unknown_run",
      `expected the id of a task run of that run, got ${JSON.stringify(taskRunId)}`,
    );
  return run;
}
