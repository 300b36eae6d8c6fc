/** Runs as rows: the list of all runs, and the recent runs of one task. */
import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import type { Run } from "../api.ts";
import { gist } from "../format.ts";
import { CountsWithCaption } from "./counts-bar.tsx";
import { StateDot } from "./state-badge.tsx";
import { Elapsed, TimeAgo } from "./time.tsx";

export function RunList({ runs }: { runs: readonly Run[] }): ReactElement {
  return (
    <>
      <div className="run-row head-row" aria-hidden="true">
        <span />
        <span>Run</span>
        <span>Task runs</span>
        <span>Trigger</span>
        <span className="end">Started</span>
        <span className="end">Duration</span>
      </div>
      <ul aria-label="Runs">
        {runs.map((run) => (
          <li key={run.id}>
            <RunRow run={run} />
          </li>
        ))}
      </ul>
    </>
  );
}

function RunRow({ run }: { run: Run }): ReactElement {
  return (
    <Link to="/runs/$id" params={{ id: run.id }} className="run-row">
      <StateDot state={run.state} />
      <span className="run-name">
        <strong className="truncate">{run.name}</strong>
        <span className="muted small truncate">{gist(run.input) || run.summary}</span>
      </span>
      <span className="run-counts">
        <CountsWithCaption counts={run.counts} tolerated={run.tolerated} />
      </span>
      <span className="run-trigger muted">{run.trigger.kind}</span>
      <span className="run-time muted end">
        <TimeAgo iso={run.startedAt ?? run.createdAt} />
      </span>
      <span className="run-duration muted end">
        <Elapsed from={run.startedAt} to={run.finishedAt} />
      </span>
    </Link>
  );
}
