/** One run: its head, its tree of task runs, and beside it what the run or the selected task run left behind. */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { Loaded } from "../components/feedback.tsx";
import { useTitle } from "../components/title.ts";
import { runQuery } from "../queries.ts";
import { Approvals } from "../run/approvals.tsx";
import { Diagram } from "../run/diagram.tsx";
import { RunHead } from "../run/head.tsx";
import { RunPanel, TaskRunPanel } from "../run/panel.tsx";
import { TaskTree } from "../run/task-tree.tsx";

const route = getRouteApi("/runs/$id");

export function RunScreen(): ReactElement {
  const { id } = route.useParams();
  const { task } = route.useSearch();
  const query = useQuery(runQuery(id));
  useTitle(query.data?.name, query.data?.state, "Runs");
  return (
    <Loaded query={query} what="the run">
      {(run) => (
        <>
          <RunHead run={run} />
          <Approvals run={run} />
          <Diagram run={run} />
          <div className="run-body">
            <TaskTree run={run} />
            {task === undefined ? <RunPanel key={run.id} run={run} /> : <TaskRunPanel key={task} run={run} id={task} />}
          </div>
        </>
      )}
    </Loaded>
  );
}
