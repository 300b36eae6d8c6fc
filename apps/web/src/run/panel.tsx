/** What stands beside the tree: tabs about the whole run, or about the task run that is selected. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { ReactElement, ReactNode } from "react";
import type { Diff, Run, SavedRecord, StoredFile } from "../api.ts";
import { Loaded } from "../components/feedback.tsx";
import { Icon } from "../components/icon.tsx";
import { StateDot } from "../components/state-badge.tsx";
import { number, shortKey } from "../format.ts";
import { changesQuery, filesQuery, runRecordsQuery, taskRunQuery } from "../queries.ts";
import type { Tab } from "../router.tsx";
import { Changes } from "./changes.tsx";
import { RunDetails, TaskRunDetails } from "./details.tsx";
import { Files } from "./files.tsx";
import { Log } from "./log.tsx";
import { RunRecords } from "./records.tsx";
import { sameOnce } from "./same-once.ts";

const route = getRouteApi("/runs/$id");

const TAB_LABELS: Readonly<Record<Tab, string>> = {
  log: "Log",
  files: "Files",
  records: "Records",
  changes: "Changes",
  details: "Details",
};

const RUN_TABS: readonly Tab[] = ["log", "files", "records", "details"];

export function RunPanel({ run }: { run: Run }): ReactElement {
  const { tab = "log" } = route.useSearch();
  const files = useInfiniteQuery({ ...filesQuery(run.id, undefined), select: filesFound });
  const records = useInfiniteQuery({ ...runRecordsQuery(run.id), select: recordsFound });
  const { data: diff } = useInfiniteQuery({ ...changesQuery(run.id, undefined), select: diffFound });
  const tabs: readonly Tab[] = diff ? ["log", "files", "records", "changes", "details"] : RUN_TABS;
  return (
    <section className="card panel" aria-label="Run">
      <Tabs
        tabs={tabs}
        current={tab}
        counts={{ files: files.data, records: records.data, changes: diff ? changesTally(diff) : undefined }}
      />
      {tab === "log" && <Log run={run} task={undefined} />}
      {tab === "files" && <Files runId={run.id} task={undefined} />}
      {tab === "records" && <RunRecords runId={run.id} />}
      {tab === "changes" && diff && <Changes runId={run.id} diff={diff} final={run.finishedAt !== null} />}
      {tab === "details" && <RunDetails run={run} />}
    </section>
  );
}

export function TaskRunPanel({ run, id }: { run: Run; id: string }): ReactElement {
  const { tab = "details" } = route.useSearch();
  const query = useQuery(taskRunQuery(run.id, id));
  return (
    <section className="card panel" aria-label="Selected task run">
      <Loaded query={query} what="the task run">
        {(taskRun) => (
          <>
            <PanelHead>
              <StateDot state={taskRun.state} />
              <span className="truncate" title={taskRun.key ?? taskRun.task}>
                {taskRun.parent === null || taskRun.key === null ? taskRun.task : shortKey(taskRun.key)}
              </span>
            </PanelHead>
            <Tabs tabs={["details", "log", "files"]} current={tab} />
            {tab === "log" && <Log run={run} task={id} />}
            {tab === "files" && <Files runId={run.id} task={id} />}
            {(tab === "details" || tab === "records" || tab === "changes") && <TaskRunDetails taskRun={taskRun} />}
          </>
        )}
      </Loaded>
    </section>
  );
}

function PanelHead({ children }: { children: ReactNode }): ReactElement {
  return (
    <div className="panel-head">
      <h2>{children}</h2>
      <Link
        to="."
        search={(search) => ({ ...search, task: undefined, tab: undefined })}
        resetScroll={false}
        className="button plain compact"
      >
        <Icon name="close" />
        Whole run
      </Link>
    </div>
  );
}

interface TabsProps {
  readonly tabs: readonly Tab[];
  readonly current: Tab;
  /** How much stands behind a tab, where that is known. */
  readonly counts?: Readonly<Partial<Record<Tab, string | undefined>>>;
}

function Tabs({ tabs, current, counts = {} }: TabsProps): ReactElement {
  return (
    <nav className="tabs" aria-label="What to show">
      {tabs.map((tab) => (
        <Link
          key={tab}
          to="."
          search={(search) => ({ ...search, tab })}
          resetScroll={false}
          className="tab"
          aria-current={tab === current}
        >
          {TAB_LABELS[tab]}
          {counts[tab] !== undefined && <span className="tag">{counts[tab]}</span>}
        </Link>
      ))}
    </nav>
  );
}

interface Pages<T> {
  readonly pages: readonly { readonly items: readonly T[]; readonly next: string | null }[];
}

function filesFound(found: Pages<StoredFile>): string | undefined {
  return tally(sameOnce(found.pages.flatMap((page) => page.items)).length, found);
}

function recordsFound(found: Pages<SavedRecord>): string | undefined {
  return tally(
    found.pages.reduce((sum, page) => sum + page.items.length, 0),
    found,
  );
}

function diffFound({ pages }: { readonly pages: readonly { readonly diff: Diff | null }[] }): Diff | null {
  return pages[0]?.diff ?? null;
}

function changesTally({ pages, files }: Diff): string | undefined {
  const found = [pages, files].reduce((sum, of) => sum + of.new + of.changed + of.gone, 0);
  return found === 0 ? undefined : number(found);
}

/** How many there are; `100+` when there are more than were asked for. Nothing for none. */
function tally(count: number, { pages }: Pages<unknown>): string | undefined {
  if (count === 0) return undefined;
  return pages.at(-1)?.next == null ? number(count) : `${number(count)}+`;
}
