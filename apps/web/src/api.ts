/** The types of the API under the names that the web uses, inferred from the Hono app. Nothing of the server is bundled. */
import type { InferResponseType } from "hono/client";
import type { JSONValue } from "hono/utils/types";
import type { api } from "./client.ts";

type Items<Endpoint> = InferResponseType<Endpoint> extends { items: (infer Item)[] } ? Item : never;

export type Run = Items<typeof api.runs.$get>;
export type RunDetail = InferResponseType<(typeof api.runs)[":id"]["$get"]>;
export type RunTrigger = Run["trigger"];
export type State = Run["state"];
export type StopReason = keyof Run["notStarted"];
export type Counts = Run["counts"];
export type TaskRun = Items<(typeof api.runs)[":id"]["tasks"]["$get"]>;
export type TaskRunWithHistory = InferResponseType<(typeof api.runs)[":id"]["tasks"][":task"]["$get"]>;
export type Attempt = TaskRunWithHistory["history"][number];
export type LogEntry = Items<(typeof api.runs)[":id"]["logs"]["$get"]>;
export type ServedKind = Items<(typeof api.runs)[":id"]["pages"]["$get"]>;
export type Change = Items<(typeof api.runs)[":id"]["changes"]["$get"]>;
export type Diff = NonNullable<InferResponseType<(typeof api.runs)[":id"]["changes"]["$get"]>["diff"]>;
export type StoredFile = Items<(typeof api.runs)[":id"]["files"]["$get"]>;
export type SavedRecord = Items<(typeof api.data)[":collection"]["$get"]>;
export type RecordWithVersions = InferResponseType<(typeof api.data)[":collection"][":id"]["$get"]>;
export type RecordVersion = RecordWithVersions["versions"][number];
export type Task = InferResponseType<(typeof api.tasks)[":name"]["$get"]>;
export type TaskFileProblem = InferResponseType<typeof api.tasks.$get>["problems"][number];
export type SavedSession = Items<typeof api.sessions.$get>;
export type Approval = Items<typeof api.approvals.$get>;
export type ScheduleEntry = Items<typeof api.schedule.$get>;
export type StateEntry = Items<typeof api.state.$get>;
export type Json = JSONValue;
export type Event = Items<typeof api.events.$get>;

/** What has just changed, as `/api/events` streams it. The stream is no JSON answer, so nothing infers this. */
export type Notice =
  | { readonly type: "run"; readonly run: string }
  | { readonly type: "task_run"; readonly run: string }
  | { readonly type: "state" | "tasks" | "reload" };

export type JsonObject = Readonly<Record<string, unknown>>;

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
