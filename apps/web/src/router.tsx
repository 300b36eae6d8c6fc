/** Which address shows which screen, and what may stand behind the question mark. */
import { createRootRoute, createRoute, createRouter, redirect } from "@tanstack/react-router";
import type { State } from "./api.ts";
import { STATES } from "./api.ts";
import { Empty, ErrorNotice } from "./components/feedback.tsx";
import { Shell } from "./components/shell.tsx";
import { ApprovalsScreen } from "./routes/approvals.tsx";
import { Collections } from "./routes/collections.tsx";
import { RecordScreen } from "./routes/record.tsx";
import { Records } from "./routes/records.tsx";
import { RunScreen } from "./routes/run.tsx";
import { Runs } from "./routes/runs.tsx";
import { Schedule } from "./routes/schedule.tsx";
import { SessionsScreen } from "./routes/sessions.tsx";
import { SqlScreen } from "./routes/sql.tsx";
import { StateScreen } from "./routes/state.tsx";
import { TaskScreen } from "./routes/task.tsx";
import { Tasks } from "./routes/tasks.tsx";

export interface RunsSearch {
  readonly state?: State | undefined;
  readonly name?: string | undefined;
}

export const TABS = ["log", "files", "records", "changes", "details"] as const;
export type Tab = (typeof TABS)[number];

export interface RunSearch {
  readonly tab?: Tab | undefined;
  /** The selected task run. */
  readonly task?: string | undefined;
  /** Show only task runs in this state. */
  readonly state?: State | undefined;
}

/** What is asked of a collection, in the words of the API. */
export interface RecordsSearch {
  readonly order?: string | undefined;
  readonly search?: string | undefined;
  readonly where?: string | undefined;
  readonly values?: string | undefined;
  readonly group?: string | undefined;
}

export interface TaskSearch {
  /** The run whose input the start form shows at first. */
  readonly from?: string | undefined;
}

const root = createRootRoute({
  component: Shell,
  notFoundComponent: () => <Empty title="There is no such screen" />,
  errorComponent: ({ error }) => <ErrorNotice error={error instanceof Error ? error : new Error(String(error))} />,
});

const routes = [
  createRoute({
    getParentRoute: () => root,
    path: "/",
    beforeLoad: () => {
      throw redirect({ to: "/runs" });
    },
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/runs",
    component: Runs,
    validateSearch: (search: Record<string, unknown>): RunsSearch => ({
      state: oneOf(STATES, search.state),
      name: text(search.name),
    }),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/runs/$id",
    component: RunScreen,
    validateSearch: (search: Record<string, unknown>): RunSearch => ({
      tab: oneOf(TABS, search.tab),
      task: text(search.task),
      state: oneOf(STATES, search.state),
    }),
  }),
  createRoute({ getParentRoute: () => root, path: "/tasks", component: Tasks }),
  createRoute({
    getParentRoute: () => root,
    path: "/tasks/$name",
    component: TaskScreen,
    validateSearch: (search: Record<string, unknown>): TaskSearch => ({ from: text(search.from) }),
  }),
  createRoute({ getParentRoute: () => root, path: "/schedule", component: Schedule }),
  createRoute({ getParentRoute: () => root, path: "/approvals", component: ApprovalsScreen }),
  createRoute({ getParentRoute: () => root, path: "/sessions", component: SessionsScreen }),
  createRoute({ getParentRoute: () => root, path: "/data", component: Collections }),
  createRoute({
    getParentRoute: () => root,
    path: "/data/$collection",
    component: Records,
    validateSearch: (search: Record<string, unknown>): RecordsSearch => ({
      order: text(search.order),
      search: text(search.search),
      where: text(search.where),
      values: text(search.values),
      group: text(search.group),
    }),
  }),
  createRoute({ getParentRoute: () => root, path: "/data/$collection/$id", component: RecordScreen }),
  createRoute({
    getParentRoute: () => root,
    path: "/sql",
    component: SqlScreen,
    validateSearch: (search: Record<string, unknown>): { ask?: string | undefined } => ({ ask: text(search.ask) }),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/state",
    component: StateScreen,
    validateSearch: (search: Record<string, unknown>): { scope?: "node" | undefined } => ({
      scope: oneOf(["node"], search.scope),
    }),
  }),
] as const;

export const router = createRouter({
  routeTree: root.addChildren(routes),
  defaultPreload: "intent",
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

function oneOf<T extends string>(words: readonly T[], value: unknown): T | undefined {
  return words.find((word) => word === value);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
