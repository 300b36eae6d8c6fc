// A job as the table holds it, and as BullMQ wants it.
import type { JobJson, JobProgress, JobsOptions, ParentKeys } from "bullmq";
import type { Queue } from "./queue.ts";
import type { State } from "./schema.ts";
import type { Store } from "./store.ts";

/** All columns of a job. */
export interface JobRow {
  seq: number;
  id: string;
  state: State;
  rank: number;
  timestamp: number;
  delay: number;
  priority: number;
  attempts_made: number;
  attempts_started: number;
  stalled: number;
  interrupted: number;
  has_children: number;
  processed_on: number | null;
  finished_on: number | null;
  name: string;
  parent_key: string | null;
  parent: string | null;
  scheduler: string | null;
  deduplication: string | null;
  processed_by: string | null;
  deferred_failure: string | null;
  failed_reason: string | null;
  progress: string | null;
  stacktrace: string | null;
  return_value: string | null;
  opts: string;
  data: string;
}

/** What a transition must know of a job: everything but its bulky parts. */
export type JobHead = Pick<
  JobRow,
  | "seq"
  | "id"
  | "state"
  | "priority"
  | "delay"
  | "stalled"
  | "attempts_made"
  | "has_children"
  | "parent_key"
  | "parent"
  | "scheduler"
  | "deduplication"
>;

/** The columns of a JobHead. */
export const headColumns =
  "seq, id, state, priority, delay, stalled, attempts_made, has_children, parent_key, parent, scheduler, deduplication";

const jobColumns =
  `${headColumns}, rank, timestamp, attempts_started, interrupted, processed_on, finished_on, name, processed_by, ` +
  "deferred_failure, failed_reason, progress, stacktrace, return_value, opts, data";

/** Looks up what a transition needs. */
export function headOf(store: Store, queue: Queue, jobId: string): JobHead | undefined {
  return store.sql.get<JobHead>(`SELECT ${headColumns} FROM job WHERE queue = ? AND id = ?`, queue.id, jobId);
}

/** Looks up a whole job. */
export function rowOf(store: Store, queue: Queue, jobId: string): JobRow | undefined {
  return store.sql.get<JobRow>(`SELECT ${jobColumns} FROM job WHERE queue = ? AND id = ?`, queue.id, jobId);
}

/** Reads a whole job by its row number. */
export function rowAt(store: Store, seq: number): JobRow | undefined {
  return store.sql.get<JobRow>(`SELECT ${jobColumns} FROM job WHERE seq = ?`, seq);
}

/** Translates a row; data and results stay text, because BullMQ parses them itself. */
export function toJobJson(row: JobRow): JobJson {
  const json: Partial<JobJson> = {
    id: row.id,
    name: row.name,
    data: row.data,
    opts: JSON.parse(row.opts) as JobsOptions,
    progress: row.progress === null ? 0 : (JSON.parse(row.progress) as JobProgress),
    delay: row.delay,
    priority: row.priority,
    timestamp: row.timestamp,
    attemptsStarted: row.attempts_started,
    attemptsMade: row.attempts_made,
    stalledCounter: row.stalled,
  };
  if (row.finished_on !== null) json.finishedOn = row.finished_on;
  if (row.processed_on !== null) json.processedOn = row.processed_on;
  if (row.scheduler !== null) json.repeatJobKey = row.scheduler;
  if (row.deduplication !== null) {
    json.deduplicationId = row.deduplication;
    json.debounceId = row.deduplication;
  }
  if (row.failed_reason !== null) json.failedReason = row.failed_reason;
  if (row.deferred_failure !== null) json.deferredFailure = row.deferred_failure;
  if (row.stacktrace !== null) json.stacktrace = row.stacktrace;
  if (row.return_value !== null) json.returnvalue = row.return_value;
  if (row.parent_key !== null) json.parentKey = row.parent_key;
  if (row.parent !== null) json.parent = JSON.parse(row.parent) as ParentKeys;
  if (row.processed_by !== null) json.processedBy = row.processed_by;
  return json as JobJson;
}
