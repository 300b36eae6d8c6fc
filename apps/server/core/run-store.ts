/** The port behind which runs change state. Every verb is one transition, named by its reason, committed whole or not at all. */
import type { Places } from "./adaptive.ts";
import type { Awaited } from "./awaiting.ts";
import type { Resources, TaskSpec } from "./definition.ts";
import type { Delivery, Run, RunTrigger, TaskRun } from "./entities.ts";
import type { ErrorInfo } from "./errors.ts";
import type { FileDraft, RecordDraft, Usage } from "./execution.ts";
import type { Json, JsonObject } from "./json.ts";
import type { Astray, Landing } from "./landing.ts";
import type { Lock } from "./lock.ts";
import type { CaptureDraft } from "./mirror.ts";
import type { Hook, RunOutcome, TaskFacts, TaskRule } from "./operation.ts";
import type { Recalled, Remembered, SightingDraft } from "./recrawl.ts";
import type { SealedSession } from "./saved-session.ts";
import type { Stop } from "./stops.ts";
import type { Kind, Reason, State } from "./words.ts";

export interface TaskRunDraft {
  readonly id: string;
  readonly task: string;
  /** Empty for the operation's own tasks. */
  readonly key: string;
  readonly parent: string | null;
  readonly root: string;
  readonly depth: number;
  readonly spec: TaskSpec;
  readonly input: JsonObject;
  /** Ids of task runs that must have succeeded, with all their subtasks. */
  readonly needs: readonly string[];
  readonly rule?: TaskRule;
  readonly hook?: Hook;
  readonly lock?: Lock;
  readonly resources?: Resources;
  /** Id of the task run it stands in for; it starts only when that one failed for good. */
  readonly fallbackFor?: string;
  readonly landing?: Landing;
  /** As `core/priority.ts` counts; left out: 0. */
  readonly priority?: number;
}

export interface RunDraft {
  readonly id: string;
  readonly name: string;
  readonly kind: Kind | "operation";
  readonly trigger: RunTrigger;
  readonly idempotencyKey: string | null;
  readonly input: JsonObject;
  readonly tasks: readonly TaskRunDraft[];
  /** Milliseconds from its start. */
  readonly timeout?: number;
  readonly lock?: Lock;
  /** The task run of another run that this run is. */
  readonly parentTaskRunId?: string;
}

/** Which attempt speaks. A stale one (its task run was taken over meanwhile) can write nothing. */
export interface Ticket {
  readonly taskRunId: string;
  readonly runId: string;
  readonly attempt: number;
  /** What it waits for since it began; without: it runs. */
  readonly awaits?: string;
  /** It takes nothing that others may wait for: neither a place under a lock, nor processors or memory. */
  readonly takesNothing?: true;
}

/** What a task run waits for from now on. */
export interface Suspension {
  readonly awaited: Awaited;
  /** When it has waited for too long. */
  readonly deadline: number;
}

/** What a transition set free. */
export interface Settled {
  /** Task runs that are queued now and have no job yet. */
  readonly ready: readonly Delivery[];
  /** Queued task runs that gave up their job because of a lock, and may try again now. */
  readonly woken?: readonly Delivery[];
  /** Runs that are final now. */
  readonly finished: readonly { readonly id: string; readonly name: string; readonly state: State }[];
}

/** What an earlier life of this server had left running, and what became of it. */
export interface Interrupted extends Settled {
  readonly interrupted: number;
}

export interface Success {
  readonly output: Json;
  readonly ownKey?: string | null;
  readonly ownLanding?: string | null;
  readonly spawned: readonly TaskRunDraft[];
  /** Subtasks that it wanted and that are not to be started. */
  readonly stops: readonly Stop[];
  readonly records: readonly RecordDraft[];
  readonly files: readonly FileDraft[];
  readonly report: JsonObject;
  readonly sightings?: readonly SightingDraft[] | undefined;
  readonly captures?: readonly CaptureDraft[] | undefined;
  readonly usage: Usage;
  /** The session that it saved. */
  readonly session?: SealedSession;
}

export interface Failure {
  readonly reason: Reason;
  readonly error: ErrorInfo;
  readonly files: readonly FileDraft[];
  readonly usage: Usage;
}

/** What is to be different when a run is tried again. */
export interface RetryChange {
  /** Name of a task of the operation: it and everything behind it runs again, also what succeeded. */
  readonly from?: string;
  /** The run's input from now on. */
  readonly input?: JsonObject;
  /** What that makes of the input of the operation's own tasks. */
  readonly inputs?: readonly { readonly id: string; readonly input: JsonObject }[];
}

/** What waited and does not any more. */
export interface Stopped extends Settled {
  readonly removed: readonly string[];
}

/** A run whose time is over. */
export interface Expired extends Settled {
  readonly runId: string;
  readonly running: readonly string[];
  readonly removed: readonly string[];
}

export interface RunStore {
  /** The run, or the one that already has this idempotency key or this (trigger, nominal time). */
  create(
    draft: RunDraft,
    now: number,
  ): Promise<{ readonly run: Run; readonly created: boolean; readonly ready: readonly Delivery[] }>;
  /** queued → running. Null: it is not queued (any more). */
  claim(taskRunId: string, now: number): Promise<TaskRun | null>;
  /** running → succeeded, with all it leaves behind. Null from this and the next four: the ticket is stale. */
  succeed(ticket: Ticket, success: Success, now: number): Promise<Settled | null>;
  /** running → queued, for another attempt at `availableAt`. */
  retryLater(ticket: Ticket, failure: Failure, availableAt: number, now: number): Promise<Settled | null>;
  /** running → failed. */
  fail(ticket: Ticket, failure: Failure, now: number): Promise<Settled | null>;
  /** running → skipped: the script said there was nothing to do, its condition did not hold, or its page is not its own. */
  skip(
    ticket: Ticket,
    message: string,
    usage: Usage,
    now: number,
    reason: "skipped" | "condition" | Astray,
    sightings?: readonly SightingDraft[],
  ): Promise<Settled | null>;
  /** running → cancelled. */
  cancelled(ticket: Ticket, usage: Usage, now: number): Promise<Settled | null>;
  /** running → queued (or failed, after too many) for everything that another life of this server owned. */
  interruptLost(now: number): Promise<Interrupted>;
  /** waiting | queued → cancelled for all of a run; what is running is told apart and ends by `cancelled`. */
  requestCancel(
    runId: string,
    now: number,
  ): Promise<(Settled & { readonly running: readonly string[]; readonly removed: readonly string[] }) | null>;
  /** failed | cancelled | skipped → queued or waiting again. Null: the run is not final, or nothing in it can be retried. */
  retry(
    runId: string,
    now: number,
    change?: RetryChange,
  ): Promise<(Settled & { readonly waiting: readonly string[] }) | null>;
  /** Keeps where a running task run's page was found. False: another one of its run has that address. */
  land(ticket: Ticket, key: string): Promise<boolean>;
  /**
   * running → waiting, without a worker; and, in the same transaction, the run that it waits for, if that is a new one.
   * Null: the ticket is stale.
   */
  suspend(
    ticket: Ticket,
    suspension: Suspension,
    child: RunDraft | null,
    now: number,
  ): Promise<(Settled & { readonly child: Run | null }) | null>;
  /** Task runs that wait although their deadline is over, or the run that they wait for has ended. */
  overdue(now: number): Promise<readonly TaskRun[]>;
  /** The latest run that a task run is, or null. */
  childOf(taskRunId: string): Promise<Run | null>;
  /** Runs that have not ended although the task run of this one that they are has. */
  openChildren(runId: string): Promise<readonly string[]>;
  /** Locks whose places follow the load, while something runs or waits under them. */
  adaptivePlaces(): Promise<readonly Places[]>;
  /** Gives what may start now. */
  setPlaces(changes: readonly { readonly lock: string; readonly places: number }[]): Promise<readonly Delivery[]>;
  /** Keeps what waits of a run, or of a task run with all below it, from starting. Null from this and the next three: there is nothing to do. */
  pause(runId: string, taskRunId: string | null, now: number): Promise<{ readonly removed: readonly string[] } | null>;
  /** Lets it go on, unless something above it is paused, too. */
  resume(runId: string, taskRunId: string | null, now: number): Promise<Settled | null>;
  /** waiting | queued → cancelled for a task run and all below it; what is running is told apart and ends by `cancelled`. */
  cancelBelow(
    runId: string,
    taskRunId: string,
    now: number,
  ): Promise<(Settled & { readonly running: readonly string[]; readonly removed: readonly string[] }) | null>;
  /** failed (and cancelled) → queued again for a task run and all below it, or a whole run; also while the run goes on. */
  retryBelow(
    runId: string,
    taskRunId: string | null,
    onlyFailed: boolean,
    now: number,
  ): Promise<(Settled & { readonly waiting: readonly string[] }) | null>;
  /** Keeps what a running task run is given. False: the ticket is stale. */
  setInput(ticket: Ticket, input: JsonObject): Promise<boolean>;
  /** What the runs of a run's crawl saw at an address last; null: nothing yet. */
  recall(runId: string, what: Recalled, url: string): Promise<Remembered | null>;
  /** What the operation's own tasks of these names have come to; with the outputs of their subtasks for those in `items`. */
  facts(runId: string, names: readonly string[], items: readonly string[]): Promise<ReadonlyMap<string, TaskFacts>>;
  /** How the tasks of a run have ended, its hooks left out. */
  outcome(runId: string): Promise<RunOutcome>;
  /** Ends runs that took longer than they may: what waits is cancelled, what runs is told. */
  expire(now: number): Promise<readonly Expired[]>;
  /** Takes what still waits below a root from the queue, as all of it has received or taken too much. Null: nothing did. */
  stop(rootId: string, reason: "bytes" | "time", now: number): Promise<Stopped | null>;
  /** Roots whose fan-out has taken too long and still waits for something. */
  lateFanOuts(now: number): Promise<readonly string[]>;
  /** When the next fan-out will have taken too long, or null. */
  nextLateFanOut(now: number): Promise<number | null>;
  /** When the next run has taken too long, or null. */
  nextExpiry(): Promise<number | null>;
  /** Queued task runs, oldest first, after `after`: what reconcile compares with the queue. */
  queued(after: string | null, limit: number): Promise<readonly Delivery[]>;
}
