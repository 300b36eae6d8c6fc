/** What the store keeps, as the rest of the server sees it. Times are epoch milliseconds, ids are UUIDv7. */
import type { Memory } from "./condition.ts";
import type { TaskSpec } from "./definition.ts";
import type { ErrorInfo } from "./errors.ts";
import type { FileRole, Level, Stream, Usage } from "./execution.ts";
import type { Json, JsonObject } from "./json.ts";
import type { Landing } from "./landing.ts";
import type { Hook, TaskRule } from "./operation.ts";
import type { Stops } from "./stops.ts";
import type { FinalState, Kind, Reason, State, TriggerKind } from "./words.ts";

/** Task runs of a run by state. */
export type Counts = Readonly<Record<State, number>>;

/** Why a run exists. */
export interface RunTrigger {
  readonly kind: TriggerKind;
  /** The schedule entry, for `cron`, `every`, `when`, `after`, `webhook`. */
  readonly id: string | null;
  /** The time a scheduled run was meant for. */
  readonly nominalAt: number | null;
  /** `after`: the run whose end started this one; `task`: the run whose task did. */
  readonly runId: string | null;
  /** What was found that started it, such as the value of a condition. */
  readonly cause?: JsonObject | null;
}

export interface Run {
  readonly id: string;
  /** Of the operation or task. */
  readonly name: string;
  readonly kind: Kind | "operation";
  readonly state: State;
  readonly reason: Reason;
  readonly trigger: RunTrigger;
  readonly input: JsonObject;
  /** One line for people; null until there is something to say. */
  readonly summary: string | null;
  /** What its tasks reported. */
  readonly report: JsonObject;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly counts: Counts;
  /** Once it is final: how many of the failed task runs are subtasks whose failure their task tolerates. */
  readonly tolerated: number;
  /** The task run of another run that this run is: it waits for it, and is cancelled and tried again with it. */
  readonly parentTaskRunId: string | null;
  /** How many runs led here, one starting the next. */
  readonly depth: number;
  /** Since when a person wants it to wait, or null. */
  readonly pausedAt: number | null;
  /** Subtasks that were not started, by the limit that stopped them. */
  readonly notStarted: Stops;
}

export interface TaskRun {
  readonly id: string;
  readonly runId: string;
  readonly task: string;
  /** Null for a task of the operation itself, set for a subtask. */
  readonly key: string | null;
  readonly parent: string | null;
  /** The operation's own task this one descends from; itself for those. */
  readonly root: string;
  readonly depth: number;
  readonly kind: Kind;
  readonly spec: TaskSpec;
  readonly state: State;
  readonly reason: Reason;
  readonly attempt: number;
  readonly failures: number;
  readonly interruptions: number;
  readonly node: string | null;
  readonly priority: number;
  /** Earliest start of the next attempt. */
  readonly availableAt: number;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly input: JsonObject;
  readonly output: Json;
  readonly error: ErrorInfo | null;
  readonly usage: Usage | null;
  /** Roots: what it and all below it received. */
  readonly bytes: number;
  /** Since when a person wants it, and all below it, to wait, or null. */
  readonly pausedAt: number | null;
  /** Subtasks below it that are not final yet. */
  readonly openSubtasks: number;
  /** What its operation says about it; null for a task alone and for subtasks. */
  readonly rule: TaskRule | null;
  /** Where redirects may lead it; null: no more is known than its key. */
  readonly landing: Landing | null;
  /** What it waits for since it began (core/awaiting.ts); null: nothing. `availableAt` is then its deadline. */
  readonly awaits: string | null;
  /** Which end of the run it follows; null: it is no hook. */
  readonly hook: Hook | null;
  /** What limits how many like it run at once; null: nothing does. */
  readonly lock: string | null;
  /** What it takes of its node while it runs: processors and bytes. */
  readonly cpu: number | null;
  readonly memory: number | null;
}

/** What the queue has to know to deliver a task run. */
export interface Delivery {
  readonly taskRunId: string;
  readonly runId: string;
  readonly task: string;
  readonly kind: Kind;
  readonly availableAt: number;
  /** As `core/priority.ts` counts. */
  readonly priority: number;
}

export interface Attempt {
  readonly taskRunId: string;
  readonly number: number;
  readonly state: "running" | "interrupted" | FinalState;
  readonly reason: Reason;
  readonly node: string;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  readonly error: ErrorInfo | null;
  readonly usage: Usage | null;
}

export interface LogEntry {
  /** Strictly rising over all runs. */
  readonly seq: number;
  readonly runId: string;
  readonly taskRunId: string | null;
  readonly attempt: number | null;
  readonly time: number;
  readonly stream: Stream;
  readonly level: Level;
  /** One or more lines, without the last newline. */
  readonly text: string;
}

/** Something that happened; also what `/api/events` streams. */
export interface Event {
  readonly id: number;
  readonly time: number;
  /** Such as `run.created`, `run.finished`, `task_run.failed`, `tasks.loaded`, `schedule.paused`. */
  readonly kind: string;
  readonly runId: string | null;
  readonly taskRunId: string | null;
  readonly name: string | null;
  readonly data: JsonObject;
}

export interface SavedRecord {
  readonly id: string;
  readonly collection: string;
  readonly key: string | null;
  readonly data: Json;
  /** Who saved it last. */
  readonly runId: string;
  readonly taskRunId: string;
  readonly firstRunId: string;
  readonly firstTaskRunId: string;
  readonly createdAt: number;
  /** When it was saved last, changed or not. */
  readonly updatedAt: number;
  readonly changedAt: number;
  /** Rises by one with every save that changes it. */
  readonly version: number;
}

/** What a record was, from when until its next version. */
export interface RecordVersion {
  readonly version: number;
  readonly data: Json;
  readonly runId: string;
  readonly taskRunId: string;
  readonly changedAt: number;
}

export interface StoredFile {
  readonly id: string;
  readonly runId: string;
  readonly taskRunId: string;
  readonly attempt: number;
  readonly role: FileRole;
  readonly name: string;
  /** What whoever sent it called it, if that is another name; a text, and never a path. */
  readonly originalName: string | null;
  readonly sha256: string;
  readonly size: number;
  readonly type: string;
  readonly url: string | null;
  readonly createdAt: number;
}

export interface StateEntry {
  /** `global`, or the name of the node it is private to. */
  readonly scope: string;
  readonly key: string;
  readonly value: Json;
  /** Rises by one with every write. */
  readonly version: number;
  readonly updatedAt: number;
  /** Task run id, or `api`. */
  readonly writer: string;
}

export const SCHEDULE_KINDS = ["cron", "every", "when", "after", "webhook"] as const;
export type ScheduleKind = (typeof SCHEDULE_KINDS)[number];

/** One decision whether to start a run. */
export interface Look {
  readonly at: number;
  readonly fired: boolean;
  /** One sentence for people. */
  readonly reason: string;
  /** What a condition's look found. */
  readonly value?: Json;
  /** What a condition carries to its next look. */
  readonly memory?: Memory;
  /** Decided to start the run of this nominal time, which may not be written yet. */
  readonly starting?: number;
}

/** One trigger of one operation, with its timing. */
export interface ScheduleEntry {
  /** Stable while name and trigger stay the same. */
  readonly id: string;
  readonly name: string;
  readonly kind: ScheduleKind;
  /** The trigger in YAML form. */
  readonly trigger: JsonObject;
  readonly paused: boolean;
  /** When it is due: the next start, or the next look at a condition. */
  readonly nextAt: number | null;
  /** The time that the next start is for; `nextAt` may be later (jitter, a run that is waited for). */
  readonly nominalAt: number | null;
  /** What was last decided about it, and why. */
  readonly look: Look | null;
  readonly lastAt: number | null;
  readonly lastRunId: string | null;
  /** How late the last run was created, in milliseconds. */
  readonly lateness: number | null;
  readonly createdAt: number;
}

/** One page of a list; `next` is an opaque cursor, or null at the end. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export interface PageQuery {
  readonly cursor?: string | undefined;
  /** 1 to 500; default 50. */
  readonly limit?: number | undefined;
}
