/** What people do with a run that exists: stop it, or try again what did not succeed. */
import type { Run, TaskRun } from "../core/entities.ts";
import { UltravisorError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { withRunInput } from "../core/plan.ts";
import type { Catalog, Clock, Engine, RetryOptions, RunReader, TaskQueue, TaskRunReader } from "../core/ports.ts";
import type { RetryChange, RunStore, Settled } from "../core/run-store.ts";

export interface RunVerbParts {
  readonly transitions: RunStore;
  readonly catalog: Catalog;
  readonly runs: RunReader;
  readonly taskRuns: TaskRunReader;
  readonly queue: TaskQueue;
  readonly clock: Clock;
  /** Asks running attempts to stop. */
  abort(taskRunIds: readonly string[]): void;
  /** Cancels the runs that are task runs of this one. */
  cancelChildren(runId: string): Promise<void>;
  onSettled(settled: Settled): void;
}

export function createRunVerbs(parts: RunVerbParts): Pick<Engine, "cancel" | "retry"> {
  const { transitions, queue, clock } = parts;
  return {
    async cancel(runId) {
      const before = await find(parts, runId);
      const result = await transitions.requestCancel(runId, clock());
      if (result === null)
        throw new UltravisorError("run_final", `the run has ended as ${before.state}; there is nothing to cancel`);
      parts.abort(result.running);
      parts.onSettled(result);
      await queue.remove(result.removed);
      await parts.cancelChildren(runId);
      return find(parts, runId);
    },
    async retry(runId, options = {}) {
      const before = await find(parts, runId);
      const result = await transitions.retry(runId, clock(), await changeOf(parts, before, options));
      if (result === null) throw cannotRetry(before);
      // Jobs of an earlier time would keep the queue from taking the same ids again.
      await queue.remove(result.waiting);
      await queue.add(result.ready, { again: true });
      parts.onSettled(result);
      return find(parts, runId);
    },
  };
}

async function find({ runs }: RunVerbParts, runId: string): Promise<Run> {
  const run = await runs.get(runId);
  if (run === null) throw new UltravisorError("unknown_run", `expected the id of a run, got ${JSON.stringify(runId)}`);
  return run;
}

function cannotRetry(run: Run): UltravisorError {
  const why =
    run.finishedAt === null
      ? "it has not ended yet: cancel it first, or wait"
      : "none of its task runs failed, was cancelled or was skipped because of another; name the task to start from";
  return new UltravisorError("conflict", `the run cannot be retried: ${why}`);
}

async function changeOf(parts: RunVerbParts, run: Run, { from, input }: RetryOptions): Promise<RetryChange> {
  if (from === undefined && input === undefined) return {};
  const own = await ownTasks(parts, run.id);
  if (from !== undefined) refuseUnknown(from, own);
  const start = from === undefined ? {} : { from };
  if (input === undefined) return start;
  const parsed = await parts.catalog.parseInput(run.name, input);
  return {
    ...start,
    input: parsed,
    inputs: own.map((taskRun) => ({ id: taskRun.id, input: inputOf(taskRun, parsed) })),
  };
}

function inputOf({ rule }: TaskRun, runInput: JsonObject): JsonObject {
  return rule === null ? runInput : withRunInput(rule, runInput, rule.with);
}

function refuseUnknown(from: string, own: readonly TaskRun[]): void {
  const names = own.filter((taskRun) => taskRun.hook === null).map((taskRun) => taskRun.task);
  if (names.includes(from)) return;
  const message = `expected the name of a task of this run (${names.join(", ")}), got ${JSON.stringify(from)}`;
  throw new UltravisorError("invalid_request", message, { fields: [{ path: "from", message }] });
}

async function ownTasks({ taskRuns }: RunVerbParts, runId: string): Promise<TaskRun[]> {
  const found: TaskRun[] = [];
  let cursor: string | undefined;
  do {
    const page = await taskRuns.list(runId, { parent: "none", limit: 500, cursor });
    found.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return found;
}
