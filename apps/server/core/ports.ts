/** The doors between rooms. `main.ts` hands implementations in; rooms see only these. */
import type { RunResult } from "./completion.ts";
import type { Finding, Probe } from "./condition.ts";
import type { DeclaredCollection, Definition, TaskFileProblem, TriggerSpec } from "./definition.ts";
import type {
  Attempt,
  Counts,
  Delivery,
  Event,
  LogEntry,
  Page,
  PageQuery,
  Run,
  RunTrigger,
  ScheduleEntry,
  StateEntry,
  StoredFile,
  TaskRun,
} from "./entities.ts";
import type { ServedPages } from "./execution.ts";
import type { FlowTask } from "./flow-view.ts";
import type { Json, JsonObject } from "./json.ts";
import type { Capture, CaptureCounts } from "./mirror.ts";
import type { Change, ChangeKind, Diff, Sighted } from "./recrawl.ts";
import type { NotStarted, StopReason } from "./stops.ts";
import type { Kind, State } from "./words.ts";

export type Clock = () => number;
export type NewId = () => string;

export interface Logger {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** A background duty. `start` and `stop` may be called twice; `runOnce` does one round and tells what it did. */
export interface Duty<Result> {
  start(): void;
  stop(): Promise<void>;
  runOnce(): Promise<Result>;
}

/** The task files as they are now. */
export interface Catalog {
  list(): readonly Definition[];
  get(name: string): Definition | undefined;
  problems(): readonly TaskFileProblem[];
  /** Collections that the task files, and what they import, declare. */
  collections(): readonly DeclaredCollection[];
  /** Checks input against the task's own schema. Rejects with `invalid_input` naming the fields, `unknown_task`, or `task_file_invalid`. */
  parseInput(name: string, input: unknown): Promise<JsonObject>;
  /** Called after every (re)load; returns how to stop listening. */
  onChange(listener: () => void): () => void;
}

/** Delivery of task runs: BullMQ, whichever backend lies below. */
export interface TaskQueue {
  /** Idempotent by task run id. `again`: a finished job of the same id is replaced (after a person's retry, or a crash). */
  add(deliveries: readonly Delivery[], options?: { again?: boolean }): Promise<void>;
  remove(taskRunIds: readonly string[]): Promise<void>;
  /** Ids among these that no live job stands for. */
  missing(deliveries: readonly Delivery[]): Promise<readonly Delivery[]>;
  /** Starts taking jobs. `handle` resolves with the delay of the next try in ms, or null when the job is done. */
  work(handle: (taskRunId: string, kind: Kind) => Promise<number | null>): Promise<void>;
  counts(): Promise<Readonly<Record<Kind, Readonly<Record<string, number>>>>>;
  close(): Promise<void>;
}

/** Looks at what conditions ask about. */
export interface Prober {
  /** Never rejects: what could not be told is a finding, too. */
  probe(probe: Probe, signal: AbortSignal): Promise<Finding>;
}

/** What has just been committed, for whoever follows live. Nothing durable depends on it. */
export type Notice =
  | { readonly type: "run"; readonly runId: string; readonly name: string; readonly state: State }
  | { readonly type: "task_run"; readonly runId: string; readonly taskRunId: string; readonly state: State }
  | { readonly type: "logs"; readonly runId: string; readonly entries: readonly LogEntry[] }
  | { readonly type: "event"; readonly event: Event }
  | { readonly type: "state"; readonly scope: string; readonly key: string }
  | { readonly type: "schedule"; readonly id: string }
  | { readonly type: "tasks" };

export interface Notices {
  publish(notice: Notice): void;
  subscribe(listener: (notice: Notice) => void): () => void;
}

// ---- What the HTTP room reads and asks for -------------------------------------------------------------------------

export interface RunFilter extends PageQuery {
  readonly status?: State | undefined;
  readonly name?: string | undefined;
  readonly trigger?: string | undefined;
  /** Epoch milliseconds: runs created at or after. */
  readonly since?: number | undefined;
  /** Id of a run: those that its end, or one of its tasks, started. */
  readonly startedBy?: string | undefined;
}

export interface RunReader {
  get(id: string): Promise<Run | null>;
  /** Newest first. */
  list(filter: RunFilter): Promise<Page<Run>>;
  countByState(): Promise<Readonly<Partial<Record<State, number>>>>;
  /** What it has come to so far. */
  result(id: string): Promise<RunResult>;
  /** What served its pages and why, most pages first; of the attempts that ended last. */
  served(id: string): Promise<readonly ServedPages[]>;
}

export interface TaskRunFilter extends PageQuery {
  readonly state?: State | undefined;
  /** Id of a task run, or `none` for those without a parent. */
  readonly parent?: string | undefined;
}

export interface TaskRunReader {
  get(id: string): Promise<TaskRun | null>;
  /** Those that wait for a person's word, oldest first. */
  awaitingApproval(query: PageQuery): Promise<Page<TaskRun>>;
  /** Oldest first. */
  list(runId: string, filter: TaskRunFilter): Promise<Page<TaskRun>>;
  /** Subtasks of a run that were wanted and not started, by address. */
  notStarted(runId: string, filter: PageQuery & { reason?: StopReason | undefined }): Promise<Page<NotStarted>>;
  /** The operation's own tasks in a run, hooks and fallbacks left out, with what each waits for. */
  flow(runId: string): Promise<readonly FlowTask[]>;
  attempts(taskRunId: string): Promise<readonly Attempt[]>;
  /** Attempts per task run id, for those given. */
  attemptsOf(taskRunIds: readonly string[]): Promise<ReadonlyMap<string, readonly Attempt[]>>;
  /** Task runs below each of those given, on all levels, by state; nothing for those without any. May be a moment old. */
  totals(taskRunIds: readonly string[]): Promise<ReadonlyMap<string, Counts>>;
  /** Children per task run id, for those given. */
  childCounts(taskRunIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
}

export interface LogReader {
  /** Oldest first, after `after` (a seq). */
  list(
    runId: string,
    query: { taskRunId?: string | undefined; after?: number | undefined; limit?: number | undefined },
  ): Promise<readonly LogEntry[]>;
}

export interface EventReader {
  /** Oldest first, after `after` (an id); without it, the newest. */
  list(query: {
    after?: number | undefined;
    limit?: number | undefined;
    runId?: string | undefined;
  }): Promise<readonly Event[]>;
}

export interface FileReader {
  get(id: string): Promise<StoredFile | null>;
  list(runId: string, query: PageQuery & { taskRunId?: string | undefined }): Promise<Page<StoredFile>>;
}

export interface ChangeQuery extends PageQuery {
  readonly kind?: ChangeKind | undefined;
  readonly what?: Sighted | undefined;
}

/** How runs differed from those before (option `recrawl`). */
export interface DiffReader {
  /** Null: the run remembers nothing. */
  diff(runId: string): Promise<Diff | null>;
  /** In the order in which they were found. */
  list(runId: string, query: ChangeQuery): Promise<Page<Change>>;
}

/** What mirrored runs received. */
export interface CaptureReader {
  counts(runId: string): Promise<CaptureCounts>;
  /** In the order in which they were received. */
  each(runId: string): AsyncGenerator<Capture, void, undefined>;
}

export interface StateStore {
  list(scope: string): Promise<readonly StateEntry[]>;
  get(scope: string, key: string): Promise<StateEntry | null>;
  /** `version`: refuse with `conflict` unless the stored version is this one (0: must not exist). */
  set(scope: string, key: string, value: Json, writer: string, version?: number): Promise<StateEntry>;
  /** Adds to a number (a key that is not there counts as 0). Rejects with `conflict` when the value is no number. */
  increment(scope: string, key: string, by: number, writer: string): Promise<StateEntry>;
  /** Merges into an object by RFC 7396: `null` takes a key away. Rejects with `conflict` when the value is no object. */
  merge(scope: string, key: string, patch: JsonObject, writer: string): Promise<StateEntry>;
  /** The latest values of a key, newest first; they outlive the key. */
  history(scope: string, key: string, limit: number): Promise<readonly StateEntry[]>;
  delete(scope: string, key: string): Promise<boolean>;
}

export interface ScheduleReader {
  list(): Promise<readonly ScheduleEntry[]>;
  get(id: string): Promise<ScheduleEntry | null>;
}

/** A copy of the record database that can be opened as it is. */
export interface Backup {
  /** Absolute path on the server's machine. */
  readonly path: string;
  readonly size: number;
}

export interface BackupStore {
  /** Copies the record database as it is at this moment, without stopping anything. */
  create(): Promise<Backup>;
}

export interface SessionStore {
  create(expiresAt: number): Promise<string>;
  isValid(id: string): Promise<boolean>;
  remove(id: string): Promise<void>;
}

export interface Submission {
  readonly name: string;
  readonly input: unknown;
  readonly trigger: RunTrigger;
  readonly idempotencyKey?: string | undefined;
}

/** A signed message as it came. */
export interface WebhookMessage {
  /** Unix seconds. */
  readonly timestamp: string;
  /** `sha256=` and the hex HMAC-SHA256 of timestamp, a dot and body. */
  readonly signature: string;
  readonly body: string;
}

export interface Backfill {
  readonly started: readonly Run[];
  /** Times that had a run already. */
  readonly existing: number;
}

export interface RetryOptions {
  /** Name of a task of the run: it and everything behind it runs again, also what succeeded. */
  readonly from?: string | undefined;
  /** In place of the run's input. */
  readonly input?: unknown;
}

/** A person's word on what waits for it. */
export interface Answer {
  readonly approved: boolean;
  /** May be empty. */
  readonly comment: string;
  /** What the task asked for. */
  readonly values?: JsonObject | undefined;
  readonly by: string;
}

/** The verbs of the engine. */
export interface Engine {
  /** Resolves once the run is durable. The same idempotency key or (trigger, nominal time) gives the same run again. */
  submit(submission: Submission): Promise<{ readonly run: Run; readonly created: boolean }>;
  /** Rejects with `unknown_run` or `run_final`. */
  cancel(runId: string): Promise<Run>;
  /** Queues failed, cancelled and skipped task runs again. Rejects with `unknown_run`, `conflict`, `invalid_request` or `invalid_input`. */
  retry(runId: string, options?: RetryOptions): Promise<Run>;
  /** Ends a task run that waits for a person's word. Rejects with `conflict` when it does not (any more). */
  answer(taskRunId: string, answer: Answer): Promise<void>;
  /** Starts nothing more of a run, or of a task run and all below it, until it is resumed. Rejects with `unknown_run` or `conflict`; so do the next three. */
  pause(runId: string, taskRunId?: string): Promise<Run>;
  resume(runId: string, taskRunId?: string): Promise<Run>;
  /** Cancels a task run and all below it. */
  cancelBelow(runId: string, taskRunId: string): Promise<Run>;
  /** Queues again what failed (and, unless told otherwise, was cancelled) of a task run and all below it, or of a whole run. */
  retryBelow(runId: string, taskRunId: string | null, options?: { only?: "failed" | undefined }): Promise<Run>;
  /** Next times of a trigger, ISO texts. Rejects with `invalid_trigger`. */
  preview(trigger: unknown, from: number, count: number): readonly number[];
  setPaused(scheduleId: string, paused: boolean): Promise<ScheduleEntry>;
  /** Starts a schedule entry's operation now, with that entry's input. */
  runNow(scheduleId: string): Promise<Run>;
  /** Starts a run for every time of an entry in [from, to] that has none. Rejects with `invalid_request` when there are too many. */
  backfill(scheduleId: string, from: number, to: number): Promise<Backfill>;
  /** Starts what has a webhook trigger of this name and knows the secret of the signature. Rejects with `forbidden`. */
  receive(webhook: string, message: WebhookMessage): Promise<readonly Run[]>;
}

export type { TriggerSpec };
