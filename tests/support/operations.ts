/** Operations on a real engine whose tasks put out what the test says. */
import type { Definition, PlannedTask } from "../../apps/server/core/definition.ts";
import type { Run, TaskRun } from "../../apps/server/core/entities.ts";
import type { Outcome } from "../../apps/server/core/execution.ts";
import type { Json } from "../../apps/server/core/json.ts";
import { defineOperation, makeEngine, type TestEngine } from "./engine.ts";

export const USAGE = { cpuMs: null, peakMemoryBytes: null };
export const FAILED: Outcome = {
  ...{ type: "failed", reason: "error", error: { code: "error", message: "it broke" } },
  ...{ retryable: false, retryAfter: null, files: [], usage: USAGE },
};

/** An operation `o` of tasks, each with what it says beyond its name. */
export function operation(
  tasks: Readonly<Record<string, Partial<PlannedTask>>>,
  more: Partial<Definition> = {},
): Definition {
  const plain = defineOperation("o", Object.fromEntries(Object.keys(tasks).map((name) => [name, []])));
  return { ...plain, tasks: plain.tasks.map((task) => ({ ...task, ...tasks[task.name] })), ...more };
}

/** Tasks that put out what `outputs` says, or else their input; functions may fail. */
export async function play(
  definition: Definition,
  outputs: Readonly<Record<string, Json | (() => Outcome)>> = {},
): Promise<TestEngine> {
  return makeEngine([definition], async ({ task, input }) => {
    const output = outputs[task];
    if (typeof output === "function") return output();
    return { output: output === undefined ? input : output };
  });
}

export interface Ran {
  readonly id: string;
  readonly run: Run | null;
  readonly by: (name: string, key?: string | null) => TaskRun | undefined;
}

/** Runs `o` to its end. */
export async function ran(house: TestEngine, input: object = {}): Promise<Ran> {
  const id = await house.submit("o", input);
  await house.finished(id);
  const { items } = await house.store.taskRuns.list(id, { limit: 500 });
  const by = (name: string, key: string | null = null) => items.find((item) => item.task === name && item.key === key);
  return { id, by, run: await house.store.runs.get(id) };
}
