/** Before an operation's task is executed: its condition is looked at, its input filled in, or its list fanned out. */
import type { Run, TaskRun } from "../core/entities.ts";
import type { Outcome } from "../core/execution.ts";
import type { JsonObject } from "../core/json.ts";
import type { RunReader, StateStore } from "../core/ports.ts";
import { applyRule, type Wanted, wantedBy } from "../core/rule.ts";
import type { RunStore, Ticket } from "../core/run-store.ts";

export interface PrepareParts {
  readonly transitions: RunStore;
  readonly state: StateStore;
  readonly runs: RunReader;
}

export type Prepared =
  | { readonly type: "execute"; readonly taskRun: TaskRun }
  | { readonly type: "ended"; readonly outcome: Outcome }
  /** Somebody else has the task run by now. */
  | { readonly type: "stale" };

const NO_USE = { cpuMs: null, peakMemoryBytes: null };

export async function prepare(parts: PrepareParts, taskRun: TaskRun): Promise<Prepared> {
  const { rule, id, runId, attempt } = taskRun;
  const wanted = rule === null ? null : wantedBy(rule);
  if (rule === null || wanted === null) return { type: "execute", taskRun };
  const run = await parts.runs.get(runId);
  if (run === null) return { type: "stale" };
  const data = await gather(parts, run, taskRun, wanted);
  const applied = applyRule(rule, run.input, { ...data, input: run.input });
  if (applied.type === "skip")
    return ended({ type: "skipped", reason: "condition", message: applied.message, usage: NO_USE });
  if (applied.type === "invalid") return ended(invalid(applied.message));
  if (applied.type === "fan-out") return ended(fanOut(applied.inputs));
  const ticket: Ticket = { taskRunId: id, runId, attempt };
  const kept = await parts.transitions.setInput(ticket, applied.input);
  return kept ? { type: "execute", taskRun: { ...taskRun, input: applied.input } } : { type: "stale" };
}

async function gather(
  parts: PrepareParts,
  run: Run,
  taskRun: TaskRun,
  wanted: Wanted,
): Promise<Record<string, unknown>> {
  const { transitions, state } = parts;
  const tasks = await transitions.facts(taskRun.runId, wanted.tasks, wanted.items);
  const entries = await Promise.all(
    wanted.stateKeys.map(async (key) => [key, await state.get("global", key)] as const),
  );
  const known = entries.flatMap(([key, entry]) => (entry === null ? [] : [[key, entry.value] as const]));
  return { ...Object.fromEntries(tasks), state: Object.fromEntries(known), run: await factsOfRun(parts, run, taskRun) };
}

/** Only hooks are told how the run has ended: before, it has not. */
async function factsOfRun(parts: PrepareParts, run: Run, { runId, hook }: TaskRun): Promise<Record<string, unknown>> {
  const facts = { id: runId, name: run.name, trigger: run.trigger, report: run.report };
  return hook === null ? facts : { ...facts, ...(await parts.transitions.outcome(runId)) };
}

function ended(outcome: Outcome): Prepared {
  return { type: "ended", outcome };
}

function fanOut(inputs: readonly JsonObject[]): Outcome {
  const spawned = inputs.map((input, index) => ({ task: null, key: String(index), input }));
  const nothing = { records: [], files: [], report: {}, usage: NO_USE };
  return { type: "succeeded", output: { items: inputs.length }, spawned, ...nothing };
}

function invalid(message: string): Outcome {
  const error = { code: "invalid_input", message };
  const final = { retryable: false, retryAfter: null, files: [], usage: NO_USE };
  return { type: "failed", reason: "invalid_input", error, ...final };
}
