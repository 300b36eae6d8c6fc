/** What the API answers: the types of the Hono app, under the names that the web uses. Nothing of the server is bundled. */
import type { DefinitionView, ProblemOfFileView } from "../../server/http/presenters/definition.ts";
import type { EventView, NoticeView } from "../../server/http/presenters/event.ts";
import type { FileView } from "../../server/http/presenters/file.ts";
import type { LogView } from "../../server/http/presenters/log.ts";
import type { RecordView } from "../../server/http/presenters/record.ts";
import type { RunView } from "../../server/http/presenters/run.ts";
import type { ScheduleView } from "../../server/http/presenters/schedule-entry.ts";
import type { StateView } from "../../server/http/presenters/state-entry.ts";
import type { AttemptView, TaskRunView } from "../../server/http/presenters/task-run.ts";

export type Attempt = AttemptView;
export type Event = EventView;
export type LogEntry = LogView;
export type Notice = NoticeView;
export type Run = RunView;
export type RunTrigger = Run["trigger"];
export type SavedRecord = RecordView;
export type ScheduleEntry = ScheduleView;
export type StateEntry = StateView;
export type StoredFile = FileView;
export type Task = DefinitionView;
export type TaskFileProblem = (typeof ProblemOfFileView)["_output"];
export type TaskRun = TaskRunView;

export type State = Run["state"];
export type Counts = Run["counts"];
export type JsonObject = Readonly<Record<string, unknown>>;

/** One page of a list; `next` is a cursor, or null at the end. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export interface TaskList extends Page<Task> {
  readonly problems: readonly TaskFileProblem[];
}

export interface TaskRunWithAttempts extends TaskRun {
  readonly history?: readonly Attempt[];
}

export interface Collection {
  readonly collection: string;
  readonly records: number;
  readonly updatedAt: string;
}

export interface Health {
  readonly status: "ok" | "degraded";
  readonly version: string;
  readonly warnings: readonly string[];
}

export const STATES = [
  "waiting",
  "queued",
  "running",
  "succeeded",
  "failed",
  "cancelled",
  "skipped",
] as const satisfies readonly State[];

/** Whether nothing more happens in this state, unless a person retries. */
export function isFinal(state: State): boolean {
  return state !== "waiting" && state !== "queued" && state !== "running";
}
