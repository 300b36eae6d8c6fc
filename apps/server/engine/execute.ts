/**
 * One delivery of one task run: claim, execute, settle, queue what that set free. Whatever happens in between, the row decides;
 * a process killed at any point leaves a row that `recover` or `reconcile` picks up.
 */
import type { TaskSpec } from "../core/definition.ts";
import type { Run, TaskRun } from "../core/entities.ts";
import type { Assignment, ExecutionHost, Executor, Outcome, SpawnDraft } from "../core/execution.ts";
import type { KeyNews } from "../core/key-news.ts";
import { type FindTask, planSubtasks } from "../core/plan.ts";
import type { Clock, Logger, NewId, Notices, RunReader, StateStore, TaskQueue } from "../core/ports.ts";
import { afterFailure } from "../core/retry.ts";
import type { RunStore, Settled, Ticket } from "../core/run-store.ts";
import { hasTemplates } from "../core/template.ts";
import type { Kind } from "../core/words.ts";
import { type BeginParts, begin } from "./begin.ts";
import type { FanOuts } from "./fan-outs.ts";
import type { Journal } from "./journal.ts";
import { type Prepared, prepare } from "./prepare.ts";
import { loadSession, type SavedSessionParts, sealSession } from "./saved-session.ts";
import { createSettling, isEnd } from "./settling.ts";
import { stateHost } from "./state-host.ts";
import { unknownSpawn } from "./unknown-spawn.ts";
import { endsUntilWritten } from "./until-written.ts";

export interface ExecuteParts extends SavedSessionParts {
  /** A secret of the server's environment, by name. */
  readonly secret: (name: string) => string | undefined;
  readonly transitions: RunStore;
  readonly executors: Readonly<Record<Kind, Executor>>;
  readonly queue: TaskQueue;
  readonly state: StateStore;
  readonly runs: RunReader;
  readonly journal: Journal;
  readonly knownKeys: KeyNews;
  readonly notices: Notices;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Logger;
  /** This node's name: the scope of its node state. */
  readonly node: string;
  readonly random: () => number;
  /** For what the server does itself. */
  readonly begin: Omit<BeginParts, "transitions" | "runs" | "queue" | "state" | "notices" | "clock">;
  findTask: FindTask;
  runName(runId: string): Promise<string>;
  /** Makes it. */
  stagingFolder(runId: string): Promise<string>;
  /** Where it would be. */
  stagingPath(runId: string): string;
  onSettled(settled: Settled): void;
  readonly fanOuts: FanOuts;
  /** A root has spawned: the time of its fan-out has begun. */
  onSpawned(): void;
  /** A task of an operation was claimed: its run's time may have begun. */
  onClaimed(): void;
  /** A task run waits without a worker. `over`: for a run that has ended already. */
  onWaiting(over: Run | null): void;
}

export interface Execution {
  /** Resolves with the delay of the next try in ms, or null when the job is done. */
  handle(taskRunId: string): Promise<number | null>;
  /** Ends what waits without a worker. False: it does not (any more). */
  end(taskRun: TaskRun, outcome: Outcome): Promise<boolean>;
  /** Asks running attempts to stop. */
  cancel(taskRunIds: readonly string[]): void;
  /** Resolves when the ends of all attempts are written. */
  settled(): Promise<void>;
  /** Stops everything that runs without settling it: the next start finds it interrupted. */
  abandon(): void;
}

export function createExecution(given: ExecuteParts): Execution {
  const leaving = new AbortController();
  const transitions = endsUntilWritten(given.transitions, { log: given.log, signal: leaving.signal });
  const parts = { ...given, transitions };
  const running = new Map<string, AbortController>();
  const settling = createSettling(parts.log);
  let abandoned = false;
  return {
    settled: settling.ended,
    async handle(taskRunId) {
      const taskRun = await parts.transitions.claim(taskRunId, parts.clock());
      if (taskRun === null) return null;
      const stop = new AbortController();
      running.set(taskRunId, stop);
      if (taskRun.key !== null) parts.knownKeys.add(taskRun.runId, taskRun.task, taskRun.key);
      publish(parts, taskRun, "running");
      if (taskRun.rule !== null) parts.onClaimed();
      try {
        const prepared = await prepareSafely(parts, taskRun);
        const outcome =
          prepared.type === "execute" ? await carryOut(parts, prepared.taskRun, stop.signal) : outcomeIn(prepared);
        if (abandoned || outcome === null) return null;
        if (!isEnd(taskRun, outcome, parts.findTask)) return await settle(parts, taskRun, outcome);
        await settling.aside(() => settle(parts, taskRun, outcome));
        return null;
      } finally {
        running.delete(taskRunId);
      }
    },
    async end(taskRun, outcome) {
      const ended = await settleWith(parts, taskRun, outcome);
      if (ended === null) return false;
      const { id: taskRunId, runId, task, kind, priority } = taskRun;
      const availableAt = parts.clock() + (ended.delay ?? 0);
      const again = { taskRunId, runId, task, kind, availableAt, priority };
      if (ended.delay !== null) await parts.queue.add([again], { again: true });
      return true;
    },
    cancel: (taskRunIds) => {
      for (const id of taskRunIds) running.get(id)?.abort();
    },
    abandon: () => {
      abandoned = true;
      leaving.abort();
      for (const stop of running.values()) stop.abort();
    },
  };
}

async function prepareSafely(parts: ExecuteParts, taskRun: TaskRun): Promise<Prepared> {
  try {
    return await prepare(parts, taskRun);
  } catch (error) {
    return { type: "ended", outcome: ownFailure(parts, taskRun, error) };
  }
}

/** Null: there is nothing to settle, as it waits, or somebody else has it. */
function outcomeIn(result: Exclude<Prepared, { type: "execute" }>): Outcome | null {
  return result.type === "ended" ? result.outcome : null;
}

async function carryOut(parts: ExecuteParts, taskRun: TaskRun, signal: AbortSignal): Promise<Outcome | null> {
  if (taskRun.spec.server === undefined) return execute(parts, taskRun, signal);
  try {
    const begun = await begin({ ...parts, ...parts.begin }, taskRun, ticketOf(taskRun));
    if (begun.type !== "waiting") return outcomeIn(begun);
    publish(parts, taskRun, "waiting");
    parts.onWaiting(begun.over);
    return null;
  } catch (error) {
    return ownFailure(parts, taskRun, error);
  }
}

async function execute(parts: ExecuteParts, taskRun: TaskRun, signal: AbortSignal): Promise<Outcome> {
  try {
    const assignment = await assign(parts, taskRun);
    return await parts.executors[taskRun.kind].execute(assignment, hostOf(parts, taskRun), signal);
  } catch (error) {
    return ownFailure(parts, taskRun, error);
  }
}

function ownFailure(parts: ExecuteParts, taskRun: TaskRun, error: unknown): Outcome {
  parts.log.error({ err: error, taskRun: taskRun.id }, "an executor failed by itself");
  const message = error instanceof Error ? error.message : String(error);
  return {
    type: "failed",
    reason: "crashed",
    error: { code: "executor_failed", message },
    retryable: true,
    retryAfter: null,
    files: [],
    usage: { cpuMs: null, peakMemoryBytes: null },
  };
}

async function assign(parts: ExecuteParts, taskRun: TaskRun): Promise<Assignment> {
  const { id, runId, task, key, parent, landing, attempt, input, spec, rule } = taskRun;
  const filledIn = rule !== null && hasTemplates(rule.with);
  const folder = usesStaging(spec) ? parts.stagingFolder(runId) : parts.stagingPath(runId);
  const [runName, staging] = await Promise.all([parts.runName(runId), folder]);
  return { runId, runName, taskRunId: id, task, key, parent, landing, attempt, input, filledIn, spec, staging };
}

/** What a task does not name is not made. */
function usesStaging({ kind, fixtures }: TaskSpec): boolean {
  return kind === "shell" || fixtures === null || fixtures.includes("staging") || fixtures.includes("saveFile");
}

function hostOf(parts: ExecuteParts, taskRun: TaskRun): ExecutionHost {
  const ticket = ticketOf(taskRun);
  return {
    ...stateHost(parts, taskRun.id),
    log: (line) => parts.journal.write(ticket, line),
    loadProxy: async () => (taskRun.spec.proxyEnv && parts.secret(taskRun.spec.proxyEnv)) || null,
    loadSession: async () => (taskRun.spec.session === undefined ? null : loadSession(parts, taskRun.spec.session)),
    land: (key) => parts.transitions.land(ticket, key),
    recall: (what, url) => parts.transitions.recall(taskRun.runId, what, url),
    newsOfKeys: (reader) => parts.knownKeys.tell(reader, taskRun.runId, taskRun.task),
  };
}

/** How long until the next try, or null. */
async function settle(parts: ExecuteParts, taskRun: TaskRun, outcome: Outcome): Promise<number | null> {
  const settled = await settleWith(parts, taskRun, outcome);
  if (settled === null)
    parts.log.warn({ taskRun: taskRun.id, attempt: taskRun.attempt }, "a stale attempt ended; its result is not kept");
  return settled?.delay ?? null;
}

async function settleWith(
  parts: ExecuteParts,
  taskRun: TaskRun,
  outcome: Outcome,
): Promise<{ readonly delay: number | null } | null> {
  // Its last lines are committed with the end of the attempt, or before.
  void parts.journal.flush();
  const { settled, delay } = await write(parts, taskRun, outcome);
  if (settled === null) return null;
  await parts.queue.add(settled.ready);
  publish(parts, taskRun, delay === null ? outcome.type : "queued");
  parts.onSettled(settled);
  if (taskRun.parent === null && settled.ready.length > 0) parts.onSpawned();
  await parts.fanOuts.settled(taskRun, outcome.usage);
  return { delay };
}

interface Written {
  readonly settled: Settled | null;
  /** Milliseconds until the next try of this same task run, or null. */
  readonly delay: number | null;
}

async function write(parts: ExecuteParts, taskRun: TaskRun, outcome: Outcome): Promise<Written> {
  const { transitions } = parts;
  const ticket = ticketOf(taskRun);
  const now = parts.clock();
  if (outcome.type === "cancelled")
    return { settled: await transitions.cancelled(ticket, outcome.usage, now), delay: null };
  if (outcome.type === "skipped")
    return {
      settled: await transitions.skip(
        ticket,
        outcome.message,
        outcome.usage,
        now,
        outcome.reason ?? "skipped",
        outcome.sightings,
      ),
      delay: null,
    };
  if (outcome.type === "failed") return writeFailure(parts, taskRun, outcome, now);
  const { drafts: wanted, unknown } = planSubtasks(
    taskRun,
    newKeysOf(parts, taskRun, outcome),
    parts.findTask,
    parts.newId,
  );
  if (unknown.length > 0) return writeFailure(parts, taskRun, unknownSpawn(unknown, outcome), now);
  // A subtask was given its key when it was spawned.
  const ownKey = taskRun.parent === null ? (outcome.ownKey ?? null) : null;
  const page = { ...taskRun, key: taskRun.key ?? ownKey };
  const { drafts: spawned, stops } = parts.fanOuts.sift(page, wanted, outcome.look ?? null, now);
  const { output, ownLanding = null, records, files, report, sightings, captures, usage } = outcome;
  const name = taskRun.spec.session;
  const session = name && outcome.session ? { session: sealSession(parts, name, outcome.session) } : {};
  const settled = await transitions.succeed(
    ticket,
    { output, ownKey, ownLanding, spawned, stops, records, files, report, sightings, captures, usage, ...session },
    now,
  );
  const started = new Set(settled?.ready.map((delivery) => delivery.taskRunId));
  for (const { id, task, key } of spawned) if (started.has(id)) parts.knownKeys.add(taskRun.runId, task, key);
  return { settled, delay: null };
}

/** Without the subtasks that are there already, as far as one remembers: most links of a page lead where others led before. */
function newKeysOf(parts: ExecuteParts, taskRun: TaskRun, outcome: Succeeded): readonly SpawnDraft[] {
  return outcome.spawned.filter((draft) => !parts.knownKeys.has(taskRun.runId, draft.task ?? taskRun.task, draft.key));
}

type Succeeded = Extract<Outcome, { type: "succeeded" }>;

type Failed = Extract<Outcome, { type: "failed" }>;

async function writeFailure(parts: ExecuteParts, taskRun: TaskRun, outcome: Failed, now: number): Promise<Written> {
  const { transitions, random } = parts;
  const ticket = ticketOf(taskRun);
  const after = afterFailure(taskRun.spec.retry, taskRun.failures + 1, outcome.retryable, outcome.retryAfter, random());
  if (after.next === "fail") return { settled: await transitions.fail(ticket, outcome, now), delay: null };
  const settled = await transitions.retryLater(ticket, outcome, now + after.delay, now);
  // A run cancelled meanwhile has no next try: the row says so when the job comes back.
  return { settled, delay: settled === null ? null : after.delay };
}

function ticketOf({ id, runId, attempt, awaits, lock, cpu, memory }: TaskRun): Ticket {
  const nothing = lock === null && cpu === null && memory === null;
  const more = { ...(awaits === null ? {} : { awaits }), ...(nothing ? { takesNothing: true as const } : {}) };
  return { taskRunId: id, runId, attempt, ...more };
}

function publish(parts: ExecuteParts, taskRun: TaskRun, state: TaskRun["state"]): void {
  parts.notices.publish({ type: "task_run", runId: taskRun.runId, taskRunId: taskRun.id, state });
}
