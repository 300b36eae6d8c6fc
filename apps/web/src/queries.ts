/** What the screens ask the API for, one entry per noun. Keys begin with the noun, so that live updates can refresh by it. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { State, StopReason } from "./api.ts";
import { isFinal } from "./api.ts";
import { api, read } from "./client.ts";
import { isLive } from "./live.ts";
import type { RecordsSearch } from "./router.tsx";

/** How often to ask again while live updates are not connected, and how often while they are (a notice may be missed). */
const POLL = 3000;
const POLL_WHILE_LIVE = 15_000;

export interface RunsFilter {
  readonly status?: State | undefined;
  readonly name?: string | undefined;
  readonly limit?: string | undefined;
}

export const healthQuery = queryOptions({
  queryKey: ["health"],
  queryFn: ({ signal }) => read(api.health.$get({}, { init: { signal } })),
  refetchInterval: 30_000,
});

export const tasksQuery = queryOptions({
  queryKey: ["tasks"],
  queryFn: ({ signal }) => read(api.tasks.$get({}, { init: { signal } })),
  refetchInterval: pollInterval,
});

export const scheduleQuery = queryOptions({
  queryKey: ["schedule"],
  queryFn: ({ signal }) => read(api.schedule.$get({}, { init: { signal } })),
  refetchInterval: pollInterval,
});

/** What waits for a person's word. */
export const approvalsQuery = queryOptions({
  queryKey: ["approvals"],
  queryFn: ({ signal }) => read(api.approvals.$get({ query: { limit: "100" } }, { init: { signal } })),
  refetchInterval: pollInterval,
});

/** The same, a page at a time. */
export const allApprovalsQuery = infiniteQueryOptions({
  queryKey: ["approvals", "all"],
  queryFn: ({ pageParam: cursor, signal }) =>
    read(api.approvals.$get({ query: { cursor, limit: "50" } }, { init: { signal } })),
  ...pages(),
  refetchInterval: pollInterval,
});

/** Sign-ins that browser tasks saved. */
export const sessionsQuery = queryOptions({
  queryKey: ["sessions"],
  queryFn: ({ signal }) => read(api.sessions.$get({}, { init: { signal } })),
  refetchInterval: pollInterval,
});

export const collectionsQuery = queryOptions({
  queryKey: ["data"],
  queryFn: ({ signal }) => read(api.data.$get({}, { init: { signal } })),
  refetchInterval: pollInterval,
});

/** Tables that can be asked in SQL. */
export const sqlTablesQuery = queryOptions({
  queryKey: ["sql"],
  queryFn: ({ signal }) => read(api.sql.$get({}, { init: { signal } })),
  staleTime: Number.POSITIVE_INFINITY,
});

/** `node`: what only the node that serves this page keeps. */
export type Scope = "global" | "node";

export const stateQuery = (scope: Scope) =>
  queryOptions({
    queryKey: ["state", scope],
    queryFn: ({ signal }) => read(api.state.$get({ query: { scope } }, { init: { signal } })),
    refetchInterval: pollInterval,
  });

/** The latest values of one key, newest first. */
export const stateHistoryQuery = (scope: Scope, key: string) =>
  queryOptions({
    queryKey: ["state", scope, "history", key],
    queryFn: ({ signal }) =>
      read(
        api.state[":key"].history.$get(
          { param: { key: encodeURIComponent(key) }, query: { scope } },
          { init: { signal } },
        ),
      ),
  });

/** One task with its input form. */
export const taskQuery = (name: string) =>
  queryOptions({
    queryKey: ["tasks", name],
    queryFn: ({ signal }) =>
      read(api.tasks[":name"].$get({ param: { name: encodeURIComponent(name) } }, { init: { signal } })),
  });

/** Runs, newest first. */
export const runsQuery = (filter: RunsFilter) =>
  infiniteQueryOptions({
    queryKey: ["runs", filter],
    queryFn: ({ pageParam: cursor, signal }) =>
      read(api.runs.$get({ query: { ...filter, cursor } }, { init: { signal } })),
    ...pages(),
    placeholderData: keepPreviousData,
    refetchInterval: pollInterval,
  });

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ["run", id],
    queryFn: ({ signal }) => read(api.runs[":id"].$get({ param: { id } }, { init: { signal } })),
    refetchInterval: ({ state }) => (state.data && isFinal(state.data.state) ? false : pollInterval()),
  });

/** The operation's own tasks in a run, and what waits for what. */
export const flowQuery = (id: string) =>
  queryOptions({
    queryKey: ["run", id, "flow"],
    queryFn: ({ signal }) => read(api.runs[":id"].flow.$get({ param: { id }, query: {} }, { init: { signal } })),
  });

/** Which tier served the pages of a run, and why. The server sums them up anew each time, so notices do not ask for it. */
export const servedPagesQuery = ({ id, state }: { readonly id: string; readonly state: State }) =>
  queryOptions({
    queryKey: ["pages", id, isFinal(state)],
    queryFn: ({ signal }) => read(api.runs[":id"].pages.$get({ param: { id } }, { init: { signal } })),
    refetchInterval: isFinal(state) ? false : POLL_WHILE_LIVE,
    placeholderData: keepPreviousData,
  });

/** A few of the subtasks that were not started, by what stopped them. */
export const notStartedQuery = (id: string, reason: StopReason) =>
  queryOptions({
    queryKey: ["run", id, "not-started", reason],
    queryFn: ({ signal }) =>
      read(
        api.runs[":id"]["not-started"].$get({ param: { id }, query: { reason, limit: "10" } }, { init: { signal } }),
      ),
  });

export interface TaskRunsFilter {
  /** Id of a task run, or `none` for those without a parent. */
  readonly parent?: string | undefined;
  readonly state?: State | undefined;
}

/** Task runs of a run, oldest first: children of one, or all in one state. */
export const taskRunsQuery = (id: string, filter: TaskRunsFilter) =>
  infiniteQueryOptions({
    queryKey: ["run", id, "tasks", filter],
    queryFn: ({ pageParam: cursor, signal }) =>
      read(
        api.runs[":id"].tasks.$get({ param: { id }, query: { ...filter, cursor, limit: "100" } }, { init: { signal } }),
      ),
    ...pages(),
  });

/** One task run with its attempts. */
export const taskRunQuery = (id: string, task: string) =>
  queryOptions({
    queryKey: ["run", id, "task", task],
    queryFn: ({ signal }) => read(api.runs[":id"].tasks[":task"].$get({ param: { id, task } }, { init: { signal } })),
  });

/** Files of a run, or of one of its task runs. */
export const filesQuery = (id: string, task: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ["run", id, "files", task ?? null],
    queryFn: ({ pageParam: cursor, signal }) =>
      read(api.runs[":id"].files.$get({ param: { id }, query: { task, cursor, limit: "100" } }, { init: { signal } })),
    ...pages(),
  });

/** What a run found to be new, changed or gone, and how much of each. */
export const changesQuery = (id: string, kind: "new" | "changed" | "gone" | undefined) =>
  infiniteQueryOptions({
    queryKey: ["run", id, "changes", kind ?? null],
    queryFn: ({ pageParam: cursor, signal }) =>
      read(
        api.runs[":id"].changes.$get({ param: { id }, query: { kind, cursor, limit: "100" } }, { init: { signal } }),
      ),
    ...pages(),
  });

/** How much a run mirrored. */
export const mirrorQuery = (id: string) =>
  queryOptions({
    queryKey: ["run", id, "mirror"],
    queryFn: ({ signal }) => read(api.runs[":id"].mirror.counts.$get({ param: { id } }, { init: { signal } })),
  });

/** Records that a run saved. */
export const runRecordsQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ["run", id, "records"],
    queryFn: ({ pageParam: cursor, signal }) =>
      read(api.runs[":id"].data.$get({ param: { id }, query: { cursor, limit: "100" } }, { init: { signal } })),
    ...pages(),
  });

/** Records of a collection that fit, in the order the server knows by `order`. */
export const recordsQuery = (collection: string, asked: Pick<RecordsSearch, "order" | "search" | "where">) =>
  infiniteQueryOptions({
    queryKey: ["data", collection, asked],
    queryFn: ({ pageParam: cursor, signal }) =>
      read(
        api.data[":collection"].$get(
          { param: { collection: encodeURIComponent(collection) }, query: { ...asked, cursor, limit: "100" } },
          { init: { signal } },
        ),
      ),
    ...pages(),
    placeholderData: keepPreviousData,
  });

/** What those records add up to. */
export const aggregateQuery = (collection: string, { search, where, values, group }: RecordsSearch) =>
  queryOptions({
    queryKey: ["data", collection, "aggregate", { search, where, values, group }],
    queryFn: ({ signal }) =>
      read(
        api.data[":collection"].aggregate.$get(
          { param: { collection: encodeURIComponent(collection) }, query: { search, where, values, group } },
          { init: { signal } },
        ),
      ),
  });

/** One record with what it was before. */
export const recordQuery = (collection: string, id: string) =>
  queryOptions({
    queryKey: ["data", collection, "record", id],
    queryFn: ({ signal }) =>
      read(
        api.data[":collection"][":id"].$get(
          { param: { collection: encodeURIComponent(collection), id } },
          { init: { signal } },
        ),
      ),
  });

function pages() {
  return {
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: { readonly next: string | null }): string | null => last.next,
  };
}

function pollInterval(): number {
  return isLive() ? POLL_WHILE_LIVE : POLL;
}
