/** One task or operation: what it is, its start form, its recent runs. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import type { Task } from "../api.ts";
import { Empty, Loaded } from "../components/feedback.tsx";
import { Pace } from "../components/pace.tsx";
import { RunList } from "../components/run-list.tsx";
import { StartForm } from "../components/start-form.tsx";
import { useTitle } from "../components/title.ts";
import { TriggerTag, triggerText } from "../components/trigger.tsx";
import { runQuery, runsQuery, taskQuery } from "../queries.ts";

const route = getRouteApi("/tasks/$name");

export function TaskScreen(): ReactElement {
  const { name } = route.useParams();
  useTitle(name, "Tasks");
  const query = useQuery(taskQuery(name));
  return (
    <>
      <div className="page-head">
        <div>
          <nav className="crumbs" aria-label="Breadcrumb">
            <Link to="/tasks">Tasks</Link> <span>/</span>
          </nav>
          <h1>{name}</h1>
        </div>
        {query.data !== undefined && <p className="lead">{query.data.description}</p>}
      </div>
      <Loaded query={query} what="the task">
        {(task) => (
          <div className="columns">
            <Start task={task} />
            <div className="stack">
              <Facts task={task} />
              <Pace task={task.name} />
            </div>
          </div>
        )}
      </Loaded>
      <RecentRuns name={name} />
    </>
  );
}

/** The form, with the input of an earlier run when the address names one. */
function Start({ task }: { task: Task }): ReactElement {
  const { from } = route.useSearch();
  const earlier = useQuery({ ...runQuery(from ?? ""), enabled: from !== undefined });
  return (
    <section className="card card-body stack" aria-label="Start">
      <h2>Start</h2>
      {from === undefined ? (
        <StartForm key={task.name} task={task} />
      ) : (
        <Loaded query={earlier} what="the earlier input">
          {(run) => <StartForm key={run.id} task={task} input={run.input} />}
        </Loaded>
      )}
    </section>
  );
}

function Facts({ task }: { task: Task }): ReactElement {
  return (
    <section className="card card-body stack" aria-label="About">
      <h2>About</h2>
      <dl className="facts">
        <dt>Kind</dt>
        <dd>{task.kind}</dd>
        <dt>File</dt>
        <dd className="mono">{task.path}</dd>
        {task.flow !== "" && (
          <>
            <dt>Flow</dt>
            <dd className="mono">{task.flow}</dd>
          </>
        )}
        <dt>Triggers</dt>
        <dd className="chips">
          {task.triggers.length === 0 && "none; it starts when someone starts it"}
          {task.triggers.map((trigger) => (
            <TriggerTag key={triggerText(trigger)} trigger={trigger} />
          ))}
        </dd>
      </dl>
    </section>
  );
}

function RecentRuns({ name }: { name: string }): ReactElement {
  const query = useInfiniteQuery(runsQuery({ name, limit: "10" }));
  return (
    <section className="stack" aria-label="Recent runs">
      <div className="toolbar">
        <h2>Recent runs</h2>
        <Link to="/runs" search={{ name }}>
          All runs of this task
        </Link>
      </div>
      <div className="card">
        <Loaded query={query} what="runs">
          {({ pages }) => {
            const runs = pages[0]?.items ?? [];
            return runs.length === 0 ? <Empty title="It has not run yet" /> : <RunList runs={runs} />;
          }}
        </Loaded>
      </div>
    </section>
  );
}
