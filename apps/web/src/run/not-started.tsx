/** What a run was to start and did not: by what stopped it, with a few of the addresses. */
import { useQuery } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import type { Run, StopReason } from "../api.ts";
import { notStartedQuery } from "../queries.ts";

const WHAT: Readonly<Record<StopReason, string>> = {
  depth: "deeper than the limit",
  subtasks: "more than the limit of subtasks",
  bytes: "after as many bytes as it may receive",
  time: "after as long as it may take",
  perTemplate: "more than the limit per template",
  perHost: "more than the limit per host",
  trap_suspected: "trap suspected",
};

export function NotStarted({ run }: { run: Run }): ReactElement | null {
  const stops = (Object.entries(run.notStarted) as [StopReason, number][]).filter(([, count]) => count > 0);
  if (stops.length === 0) return null;
  return (
    <div className="not-started">
      {stops.map(([reason, count]) => (
        <Stopped key={reason} run={run} reason={reason} count={count} />
      ))}
    </div>
  );
}

function Stopped({ run, reason, count }: { run: Run; reason: StopReason; count: number }): ReactElement {
  const [open, setOpen] = useState(false);
  const examples = useQuery({ ...notStartedQuery(run.id, reason), enabled: open });
  return (
    <details className="notice" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {count.toLocaleString("en")} not started: {WHAT[reason]}
      </summary>
      <ul className="not-started-examples">
        {examples.data?.items.map((stop) => (
          <li key={`${stop.task} ${stop.key}`}>
            <code>{stop.key}</code>
            {stop.detail !== null && <span className="muted"> {stop.detail}</span>}
          </li>
        ))}
        {examples.data?.items.length === 0 && (
          <li className="muted">They were queued already; the tree shows them as skipped.</li>
        )}
        {examples.data?.next && <li className="muted">… and more</li>}
      </ul>
    </details>
  );
}
