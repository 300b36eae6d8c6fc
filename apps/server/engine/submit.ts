/** From a wish to a durable run with its first task runs in the queue. */
import type { Run } from "../core/entities.ts";
import { UltravisorError } from "../core/errors.ts";
import { lockOf } from "../core/lock.ts";
import { planRun } from "../core/plan.ts";
import type { Catalog, Clock, NewId, Submission, TaskQueue } from "../core/ports.ts";
import type { RunDraft, RunStore } from "../core/run-store.ts";

export interface SubmitParts {
  readonly catalog: Catalog;
  readonly transitions: RunStore;
  readonly queue: TaskQueue;
  readonly clock: Clock;
  readonly newId: NewId;
  /** Something was committed that may concern others. */
  onCommit(run: Run): void;
}

export type Submit = (submission: Submission) => Promise<{ run: Run; created: boolean }>;
/** Rejects with `unknown_task`, `task_file_invalid` or `invalid_input`. */
export type PlanSubmission = (submission: Submission) => Promise<RunDraft>;

export function createSubmit(parts: SubmitParts): Submit {
  const { transitions, queue, clock } = parts;
  const plan = createPlanSubmission(parts);
  return async (submission) => {
    const { run, created, ready } = await transitions.create(await plan(submission), clock());
    await queue.add(ready);
    if (created) parts.onCommit(run);
    return { run, created };
  };
}

export function createPlanSubmission({ catalog, newId }: Pick<SubmitParts, "catalog" | "newId">): PlanSubmission {
  return async ({ name, input, trigger, idempotencyKey }) => {
    const definition = catalog.get(name);
    if (!definition) throw unknownTask(name, catalog);
    const { kind, timeout, concurrency } = definition;
    const parsed = await catalog.parseInput(name, input);
    return {
      ...{ id: newId(), name, kind, trigger, input: parsed, idempotencyKey: idempotencyKey ?? null },
      tasks: planRun(definition, parsed, newId),
      ...(timeout === undefined ? {} : { timeout }),
      ...(concurrency === undefined ? {} : { lock: lockOf(`operation ${name}`, concurrency, parsed) }),
    };
  };
}

/** A task file that is there but broken is another mistake than a name that never was. */
export function unknownTask(name: string, catalog: Catalog): UltravisorError {
  const broken = catalog.problems().find((problem) => problem.path.replace(/\.[a-z]+$/, "") === name);
  if (broken) {
    const place = broken.line === null ? broken.path : `${broken.path}:${broken.line}`;
    return new UltravisorError("task_file_invalid", `${place}: ${broken.message}; ${broken.mend}`);
  }
  const known = catalog.list().map((definition) => definition.name);
  const hint = known.length === 0 ? "the tasks folder has none" : `known are ${known.slice(0, 20).join(", ")}`;
  return new UltravisorError(
    "unknown_task",
    `expected the name of a task or operation, got ${JSON.stringify(name)}; ${hint}`,
  );
}
