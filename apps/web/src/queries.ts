/** What the screens ask the API for, one entry per noun. Keys begin with the noun, so that live updates can refresh by it. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import type {
  Attempt,
  Collection,
  Health,
  Page,
  Run,
  SavedRecord,
  ScheduleEntry,
  State,
  StateEntry,
  StoredFile,
  Task,
  TaskList,
  TaskRun,
} from "./api.ts";
import { isFinal } from "./api.ts";
import { get } from "./client.ts";
import { isLive } from "./live.ts";

/** How often to ask again while live updates are not connected, and how often while they are (events may be missed). */
const POLL = 3000;
const POLL_WHILE_LIVE = 15_000;

export interface RunsFilter {
  readonly status?: State | undefined;
  readonly name?: string | undefined;
  readonly limit?: number | undefined;
}

export const healthQuery = queryOptions({
  queryKey: ["health"],
  queryFn: ({ signal }) => get<Health>("/health", {}, signal),
  refetchInterval: 30_000,
});

export const tasksQuery = queryOptions({
  queryKey: ["tasks"],
  queryFn: ({ signal }) => get<TaskList>("/tasks", {}, signal),
  refetchInterval: pollInterval,
});

export const scheduleQuery = queryOptions({
  queryKey: ["schedule"],
  queryFn: ({ signal }) => get<Page<ScheduleEntry>>("/schedule", {}, signal),
  refetchInterval: pollInterval,
});

export const collectionsQuery = queryOptions({
  queryKey: ["data"],
  queryFn: ({ signal }) => get<Page<Collection>>("/data", {}, signal),
  refetchInterval: pollInterval,
});

export const stateQuery = queryOptions({
  queryKey: ["state"],
  queryFn: ({ signal }) => get<Page<StateEntry>>("/state", {}, signal),
  refetchInterval: pollInterval,
});

/** One task with its input form. */
export const taskQuery = (name: string) =>
  queryOptions({
    queryKey: ["tasks", name],
    queryFn: ({ signal }) => get<Task>(`/tasks/${encodeURIComponent(name)}`, {}, signal),
  });

/** Runs, newest first. */
export const runsQuery = (filter: RunsFilter) =>
  infiniteQueryOptions({
    queryKey: ["runs", filter],
    queryFn: ({ pageParam, signal }) => get<Page<Run>>("/runs", { limit: 50, ...filter, cursor: pageParam }, signal),
    ...pages,
    placeholderData: keepPreviousData,
    refetchInterval: pollInterval,
  });

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ["run", id],
    queryFn: ({ signal }) => get<Run>(`/runs/${id}`, {}, signal),
    refetchInterval: ({ state }) => (state.data && isFinal(state.data.state) ? false : pollInterval()),
  });

export interface TaskRunsFilter {
  /** Id of a task run, or `none` for those without a parent. */
  readonly parent?: string | undefined;
  readonly state?: State | undefined;
}

/** Task runs of a run, oldest first: children of one, or all in one state. */
export const taskRunsQuery = (runId: string, filter: TaskRunsFilter) =>
  infiniteQueryOptions({
    queryKey: ["run", runId, "tasks", filter],
    queryFn: ({ pageParam, signal }) =>
      get<Page<TaskRun>>(`/runs/${runId}/tasks`, { ...filter, limit: 100, cursor: pageParam }, signal),
    ...pages,
  });

export const taskRunQuery = (runId: string, id: string) =>
  queryOptions({
    queryKey: ["run", runId, "task", id],
    queryFn: ({ signal }) => get<TaskRun & { attempts?: readonly Attempt[] }>(`/runs/${runId}/tasks/${id}`, {}, signal),
  });

/** Files of a run, or of one of its task runs. */
export const filesQuery = (runId: string, task: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ["run", runId, "files", task ?? null],
    queryFn: ({ pageParam, signal }) =>
      get<Page<StoredFile>>(`/runs/${runId}/files`, { task, limit: 100, cursor: pageParam }, signal),
    ...pages,
  });

/** Records that a run saved. */
export const runRecordsQuery = (runId: string) =>
  infiniteQueryOptions({
    queryKey: ["run", runId, "records"],
    queryFn: ({ pageParam, signal }) =>
      get<Page<SavedRecord>>(`/runs/${runId}/records`, { limit: 100, cursor: pageParam }, signal),
    ...pages,
  });

/** Records of a collection, in the order the server knows by `order`. */
export const recordsQuery = (collection: string, order: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ["data", collection, order ?? null],
    queryFn: ({ pageParam, signal }) =>
      get<Page<SavedRecord>>(
        `/data/${encodeURIComponent(collection)}`,
        { order, limit: 100, cursor: pageParam },
        signal,
      ),
    ...pages,
    placeholderData: keepPreviousData,
  });

const pages = {
  initialPageParam: null as string | null,
  getNextPageParam: (last: Page<unknown>): string | null => last.next,
};

function pollInterval(): number {
  return isLive() ? POLL_WHILE_LIVE : POLL;
}
