/** All runs, newest first. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import type { State } from "../api.ts";
import { Empty, Loaded } from "../components/feedback.tsx";
import { LoadMore } from "../components/load-more.tsx";
import { RunList } from "../components/run-list.tsx";
import { useTitle } from "../components/title.ts";
import { runsQuery, tasksQuery } from "../queries.ts";

const route = getRouteApi("/runs");

export function Runs(): ReactElement {
  useTitle("Runs");
  const { state, name } = route.useSearch();
  const query = useInfiniteQuery(runsQuery({ status: state, name }));
  const filtered = state !== undefined || name !== undefined;
  return (
    <>
      <div className="page-head">
        <h1>Runs</h1>
        <Link to="/tasks" className="button primary">
          Start a task
        </Link>
      </div>
      <div className="toolbar">
        <StateFilter />
        <NameFilter />
      </div>
      <div className="card">
        <Loaded query={query} what="runs">
          {({ pages }) => {
            const runs = pages.flatMap((page) => page.items);
            if (runs.length === 0) return filtered ? <NothingFound /> : <FirstRun />;
            return (
              <>
                <RunList runs={runs} />
                <LoadMore query={query} what="runs" />
              </>
            );
          }}
        </Loaded>
      </div>
    </>
  );
}

const FILTERS: readonly (State | undefined)[] = [undefined, "running", "queued", "succeeded", "failed", "cancelled"];

function StateFilter(): ReactElement {
  const { state } = route.useSearch();
  return (
    <nav className="chips" aria-label="Filter by state">
      {FILTERS.map((word) => (
        <Link
          key={word ?? "all"}
          to="/runs"
          search={(search) => ({ ...search, state: word })}
          activeOptions={{ exact: true }}
          className="chip"
          aria-current={word === state}
        >
          {word === undefined ? "All" : capital(word)}
        </Link>
      ))}
    </nav>
  );
}

function NameFilter(): ReactElement {
  const { name } = route.useSearch();
  const navigate = route.useNavigate();
  const { data } = useQuery(tasksQuery);
  const names = new Set(data?.items.map((task) => task.name));
  if (name !== undefined) names.add(name);
  return (
    <select
      className="input"
      aria-label="Filter by task"
      value={name ?? ""}
      onChange={(event) => navigate({ search: (search) => ({ ...search, name: event.target.value || undefined }) })}
    >
      <option value="">All tasks</option>
      {[...names].sort().map((option) => (
        <option key={option}>{option}</option>
      ))}
    </select>
  );
}

function FirstRun(): ReactElement {
  return (
    <Empty title="No run yet">
      <p>
        A run is one execution of a task. Start one from <Link to="/tasks">Tasks</Link>, or from a terminal:
      </p>
      <pre>npx ultravisor run crawl-and-download --wait</pre>
      <p>
        Tasks with a trigger start by themselves; when, stands under <Link to="/schedule">Schedule</Link>.
      </p>
    </Empty>
  );
}

function NothingFound(): ReactElement {
  return (
    <Empty title="No run matches">
      <p>
        <Link to="/runs">Show all runs</Link>
      </p>
    </Empty>
  );
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
