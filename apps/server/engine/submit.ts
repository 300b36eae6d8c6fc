/** From a wish to a durable run with its first task runs in the queue. */
import type { Run } from "../core/entities.ts";
import { UltravisorError } from "../core/errors.ts";
import { lockOf } from "../core/lock.ts";
import { planRun } from "../core/plan.ts";
import type { Catalog, Clock, NewId, Submission, TaskQueue } from "../core/ports.ts";
import type { RunStore } from "../core/run-store.ts";

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

export function createSubmit(parts: SubmitParts): Submit {
  const { catalog, transitions, queue, clock, newId } = parts;
  return async ({ name, input, trigger, idempotencyKey }) => {
    const definition = catalog.get(name);
    if (!definition) throw unknownTask(name, catalog);
    const parsed = await catalog.parseInput(name, input);
    const { run, created, ready } = await transitions.create(
      {
        id: newId(),
        name,
        kind: definition.kind,
        trigger,
        idempotencyKey: idempotencyKey ?? null,
        input: parsed,
        tasks: planRun(definition, parsed, newId),
        ...(definition.timeout === undefined ? {} : { timeout: definition.timeout }),
        ...(definition.concurrency === undefined
          ? {}
          : { lock: lockOf(`operation ${name}`, definition.concurrency, parsed) }),
      },
      clock(),
    );
    await queue.add(ready);
    if (created) parts.onCommit(run);
    return { run, created };
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
