// Looking at jobs: one, its state, counts, and pages of a state.
import type { IQueueBackend, JobType } from "bullmq";
import { countOf, priorityStep, type Queue } from "./queue.ts";
import { slice } from "./ranges.ts";
import { headOf, rowOf, toJobJson } from "./rows.ts";
import { State } from "./schema.ts";
import type { Scope } from "./scope.ts";
import type { Store } from "./store.ts";

type GetterVerbs = Pick<
  IQueueBackend,
  "getState" | "isFinished" | "isJobInState" | "getJobData" | "getCounts" | "getCountsPerPriority" | "getRanges"
>;

/** BullMQ's names of the states. Pausing moves no job, so nothing is ever in the state "paused". */
const states: Record<string, State | undefined> = {
  wait: State.waiting,
  waiting: State.waiting,
  prioritized: State.prioritized,
  active: State.active,
  delayed: State.delayed,
  "waiting-children": State.waitingChildren,
  completed: State.completed,
  failed: State.failed,
  paused: undefined,
};

const names = {
  [State.waiting]: "waiting",
  [State.prioritized]: "prioritized",
  [State.active]: "active",
  [State.delayed]: "delayed",
  [State.waitingChildren]: "waiting-children",
  [State.completed]: "completed",
  [State.failed]: "failed",
} as const;

/** Lists on Redis, which BullMQ turns round itself when asked for the oldest first. */
const lists = new Set<State>([State.waiting, State.active]);

/** The looking part of a backend. */
export function getterVerbs({ store, queue }: Scope): GetterVerbs {
  return {
    getState: (jobId) =>
      store.perform(() => {
        const job = headOf(store, queue, String(jobId));
        return job ? names[job.state] : "unknown";
      }),
    isFinished: (jobId, returnValue) => store.perform(() => isFinished(store, queue, jobId, returnValue ?? false)),
    isJobInState: (state, jobId) =>
      store.perform(() => {
        if (!(state in states)) throw new Error(`Unknown job state: ${state}`);
        return headOf(store, queue, String(jobId))?.state === states[state];
      }),
    getJobData: (jobId) =>
      store.perform(() => {
        const row = rowOf(store, queue, String(jobId));
        return row && toJobJson(row);
      }),
    getCounts: (types, delayedUntil) =>
      store.perform(() => types.map((type) => count(store, queue, type, delayedUntil))),
    getCountsPerPriority: (priorities) => store.perform(() => priorities.map((it) => countPriority(store, queue, it))),
    getRanges: (types, start = 0, end = 1, asc = false) =>
      store.perform(() => types.map((type) => idsIn(store, queue, states[type], start, end, asc)) as [string][]),
  };
}

function isFinished(store: Store, queue: Queue, jobId: string, withValue: boolean): number | [number, string] {
  const row = store.sql.get<{ state: State; return_value: string | null; failed_reason: string | null }>(
    "SELECT state, return_value, failed_reason FROM job WHERE queue = ? AND id = ?",
    queue.id,
    String(jobId),
  );
  const answer: [number, string] = !row
    ? [-1, `Missing key for job ${queue.name}:${jobId}. isFinished`]
    : row.state === State.completed
      ? [1, row.return_value ?? "null"]
      : row.state === State.failed
        ? [2, row.failed_reason ?? ""]
        : [0, ""];
  return withValue ? answer : answer[0];
}

function count(store: Store, queue: Queue, type: JobType, delayedUntil: number | undefined): number {
  const state = states[type];
  if (state === undefined) return 0;
  if (state !== State.delayed || delayedUntil === undefined) return countOf(queue, state);
  const row = store.sql.get<{ n: number }>(
    `SELECT count(*) AS n FROM job WHERE queue = ? AND state = ${State.delayed} AND rank < ?`,
    queue.id,
    delayedUntil,
  );
  return row?.n ?? 0;
}

function countPriority(store: Store, queue: Queue, priority: number): number {
  if (priority === 0) return countOf(queue, State.waiting);
  const row = store.sql.get<{ n: number }>(
    `SELECT count(*) AS n FROM job WHERE queue = ? AND state = ${State.prioritized} AND rank >= ? AND rank < ?`,
    queue.id,
    priority * priorityStep,
    (priority + 1) * priorityStep,
  );
  return row?.n ?? 0;
}

function idsIn(
  store: Store,
  queue: Queue,
  state: State | undefined,
  start: number,
  end: number,
  asc: boolean,
): string[] {
  if (state === undefined) return [];
  const [offset, limit] = slice(countOf(queue, state), start, end);
  if (limit === 0) return [];
  const order = asc ? "rank, seq" : "rank DESC, seq DESC";
  const ids = store.sql
    .all<{ id: string }>(
      `SELECT id FROM job WHERE queue = ? AND state = ? ORDER BY ${order} LIMIT ? OFFSET ?`,
      queue.id,
      state,
      limit,
      offset,
    )
    .map(({ id }) => id);
  return asc && lists.has(state) ? ids.reverse() : ids;
}
