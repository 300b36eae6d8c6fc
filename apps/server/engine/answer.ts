/** Ends task runs that wait without a worker: their run has ended, a person has said yes or no, or their time is over. */
import { readAwaits } from "../core/awaiting.ts";
import type { Run, TaskRun } from "../core/entities.ts";
import { UltravisorError } from "../core/errors.ts";
import type { Outcome } from "../core/execution.ts";
import type { Clock, Engine, RunReader, TaskRunReader } from "../core/ports.ts";
import type { RunStore } from "../core/run-store.ts";
import { failed, outcomeOfRun, succeeded } from "./server-outcome.ts";

export interface AnswerParts {
  readonly transitions: RunStore;
  readonly runs: RunReader;
  readonly taskRuns: TaskRunReader;
  readonly clock: Clock;
  readonly cancel: Engine["cancel"];
  /** Ends what waits. False: it does not wait for this any more. */
  settle(taskRun: TaskRun, outcome: Outcome): Promise<boolean>;
}

export interface Answers extends Pick<Engine, "answer"> {
  /** A run has ended that may be somebody's task run; what runs below it has nobody to wait for it any more. */
  runEnded(run: Run): Promise<void>;
  /** Cancels the runs that are task runs of this one. */
  cancelChildren(runId: string): Promise<void>;
  /** Whatever has waited for too long, or for something that is over. */
  endOverdue(): Promise<void>;
}

export function createAnswers(parts: AnswerParts): Answers {
  const { transitions, runs, taskRuns, clock } = parts;
  async function runEnded(run: Run): Promise<void> {
    await cancelChildren(run.id);
    const taskRun = run.parentTaskRunId === null ? null : await taskRuns.get(run.parentTaskRunId);
    if (taskRun === null || taskRun.awaits !== `run ${run.id}`) return;
    await parts.settle(taskRun, outcomeOfRun(run, await runs.result(run.id)));
  }
  async function cancelChildren(runId: string): Promise<void> {
    for (const child of await transitions.openChildren(runId)) await cancelIfOpen(parts, child);
  }
  async function endOne(taskRun: TaskRun): Promise<void> {
    const awaited = readAwaits(taskRun.awaits);
    const run = awaited?.type === "run" ? await runs.get(awaited.runId) : null;
    if (run !== null && run.finishedAt !== null) return runEnded(run);
    if (awaited?.type === "time") return void (await parts.settle(taskRun, succeeded(null)));
    const waited = awaited?.type === "approval" ? "nobody has answered in time" : "the run took longer than it may";
    await parts.settle(taskRun, failed("timeout", "timeout", waited));
    if (run !== null) await cancelIfOpen(parts, run.id);
  }
  return {
    runEnded,
    cancelChildren,
    async endOverdue() {
      for (const taskRun of await transitions.overdue(clock())) await endOne(taskRun);
    },
    async answer(taskRunId, { approved, comment, values = {}, by }) {
      const taskRun = await taskRuns.get(taskRunId);
      const at = new Date(clock()).toISOString();
      const outcome = approved
        ? succeeded({ approved, by, at, comment, ...values })
        : failed("rejected", "rejected", comment === "" ? "a person said no" : `a person said no: ${comment}`);
      const answered = taskRun?.awaits === "approval" && (await parts.settle(taskRun, outcome));
      if (!answered) throw new UltravisorError("conflict", "that task run waits for nobody's word (any more)");
    },
  };
}

/** It may end by itself between the look and the cancelling. */
async function cancelIfOpen({ cancel }: AnswerParts, runId: string): Promise<void> {
  try {
    await cancel(runId);
  } catch (error) {
    if (!(error instanceof UltravisorError) || error.code !== "run_final") throw error;
  }
}
