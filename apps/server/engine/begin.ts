/**
 * Tasks that the server does itself: another operation as a task, the start of one, a person's word, a wait. They are begun here and
 * then wait without a worker; `answer.ts` ends them.
 */
import { type Awaited, MOST_DEPTH, NO_DEADLINE } from "../core/awaiting.ts";
import { NO_TIMEOUT } from "../core/definition.ts";
import { parseDuration } from "../core/duration.ts";
import type { Run, RunTrigger, TaskRun } from "../core/entities.ts";
import { UltravisorError } from "../core/errors.ts";
import type { Outcome } from "../core/execution.ts";
import type { JsonObject } from "../core/json.ts";
import type { Clock, Engine, Notices, RunReader, StateStore, TaskQueue } from "../core/ports.ts";
import type { RunDraft, RunStore, Ticket } from "../core/run-store.ts";
import { ended, failed, outcomeOfRun, succeeded } from "./server-outcome.ts";
import type { PlanSubmission, Submit } from "./submit.ts";
import { tellState } from "./told-state.ts";

export interface BeginParts {
  readonly transitions: RunStore;
  readonly runs: RunReader;
  readonly queue: TaskQueue;
  readonly state: StateStore;
  readonly notices: Notices;
  readonly clock: Clock;
  readonly plan: PlanSubmission;
  readonly submit: Submit;
  readonly retry: Engine["retry"];
  /** A run was created. */
  onCommit(run: Run): void;
}

export type Begun =
  | { readonly type: "ended"; readonly outcome: Outcome }
  /** It waits. `over`: what it waits for has ended already. */
  | { readonly type: "waiting"; readonly over: Run | null }
  /** Somebody else has the task run by now. */
  | { readonly type: "stale" };

export async function begin(parts: BeginParts, taskRun: TaskRun, ticket: Ticket): Promise<Begun> {
  const { server } = taskRun.spec;
  try {
    switch (server?.type) {
      case "operation":
        return await beginOperation(parts, taskRun, ticket, server.name);
      case "start":
        return ended(await startOther(parts, taskRun));
      case "calculate":
        return ended(await keepResult(parts, taskRun));
      case "approval":
        return await wait(parts, ticket, { type: "approval" }, deadlineOf(taskRun, parts.clock()));
      default:
        return await wait(parts, ticket, { type: "time" }, untilOf(taskRun.input, parts.clock()));
    }
  } catch (error) {
    if (!(error instanceof UltravisorError) || error.status >= 500) throw error;
    return ended(failed("invalid_input", error.code, error.message));
  }
}

async function beginOperation(parts: BeginParts, taskRun: TaskRun, ticket: Ticket, name: string): Promise<Begun> {
  const { transitions, runs, clock } = parts;
  const child = await transitions.childOf(taskRun.id);
  const deadline = deadlineOf(taskRun, clock());
  if (child === null || (hasGoneWell(child) && taskRun.interruptions === 0)) {
    const trigger = await triggerOf(parts, taskRun);
    const draft = await parts.plan({ name, input: taskRun.input, trigger });
    return wait(parts, ticket, { type: "run", runId: draft.id }, deadline, { ...draft, parentTaskRunId: taskRun.id });
  }
  // The server stopped between the end of that run and the end of this task run.
  if (hasGoneWell(child)) return ended(outcomeOfRun(child, await runs.result(child.id)));
  if (child.finishedAt !== null) await parts.retry(child.id);
  const begun = await wait(parts, ticket, { type: "run", runId: child.id }, deadline);
  const now = await runs.get(child.id);
  return begun.type === "waiting" && now?.finishedAt != null ? { type: "waiting", over: now } : begun;
}

async function startOther(parts: BeginParts, taskRun: TaskRun): Promise<Outcome> {
  const { operation, input = {} } = taskRun.input;
  const { run } = await parts.submit({
    name: String(operation),
    input,
    trigger: await triggerOf(parts, taskRun),
    // An attempt that was interrupted starts nothing twice; one that a person asked for again does.
    idempotencyKey: `start ${taskRun.id} ${taskRun.attempt - taskRun.interruptions}`,
  });
  return succeeded({ run: run.id, name: run.name });
}

/** The rule of the task has calculated it. */
async function keepResult({ state, notices }: BeginParts, { id, input }: TaskRun): Promise<Outcome> {
  const { result = null, state: key } = input;
  if (typeof key === "string") await tellState(state, notices).set("global", key, result, id);
  return succeeded(result);
}

/** @throws `conflict` when runs have started runs too often */
async function triggerOf({ runs }: BeginParts, { runId, task }: TaskRun): Promise<RunTrigger> {
  const run = await runs.get(runId);
  if (run !== null && run.depth >= MOST_DEPTH)
    throw new UltravisorError(
      "conflict",
      `${MOST_DEPTH} runs have led to this one, each started by the one before: it starts no other`,
    );
  return { kind: "task", id: null, nominalAt: null, runId, cause: { name: run?.name ?? "", task } };
}

async function wait(
  parts: BeginParts,
  ticket: Ticket,
  awaited: Awaited,
  deadline: number,
  child: RunDraft | null = null,
): Promise<Begun> {
  const suspended = await parts.transitions.suspend(ticket, { awaited, deadline }, child, parts.clock());
  if (suspended === null) return { type: "stale" };
  await parts.queue.add(suspended.ready);
  if (suspended.child !== null) parts.onCommit(suspended.child);
  return { type: "waiting", over: null };
}

function hasGoneWell({ state }: Run): boolean {
  return state === "succeeded" || state === "skipped";
}

function deadlineOf({ spec }: TaskRun, now: number): number {
  return spec.timeout === NO_TIMEOUT ? NO_DEADLINE : now + spec.timeout;
}

/** @throws `invalid_input` */
function untilOf({ for: duration, until }: JsonObject, now: number): number {
  const ms = typeof duration === "string" || typeof duration === "number" ? parseDuration(duration) : null;
  const time = ms === null ? Date.parse(String(until)) : now + ms;
  if (Number.isFinite(time)) return time;
  const came = JSON.stringify(duration ?? until);
  throw new UltravisorError(
    "invalid_input",
    `expected a duration such as 5m, or \`until\` an ISO 8601 time, got ${came}`,
  );
}
