/** What starts by itself, when next, and how punctual it was. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import type { ReactElement } from "react";
import type { ScheduleEntry } from "../api.ts";
import { api, read } from "../client.ts";
import { Empty, ErrorNotice, Loaded } from "../components/feedback.tsx";
import { Icon } from "../components/icon.tsx";
import { TimeAgo } from "../components/time.tsx";
import { useTitle } from "../components/title.ts";
import { TriggerTag } from "../components/trigger.tsx";
import { absoluteTime, duration } from "../format.ts";
import { scheduleQuery } from "../queries.ts";

export function Schedule(): ReactElement {
  useTitle("Schedule");
  const query = useQuery(scheduleQuery);
  return (
    <>
      <div className="page-head">
        <h1>Schedule</h1>
      </div>
      <div className="card">
        <Loaded query={query} what="the schedule">
          {({ items }) => (items.length === 0 ? <NothingScheduled /> : <Entries entries={items} />)}
        </Loaded>
      </div>
    </>
  );
}

function Entries({ entries }: { entries: readonly ScheduleEntry[] }): ReactElement {
  return (
    <div className="scroll-x">
      <table className="table stacking">
        <thead>
          <tr>
            <th scope="col">Task</th>
            <th scope="col">Trigger</th>
            <th scope="col">Next</th>
            <th scope="col">Last</th>
            <th scope="col" className="end">
              Lateness
            </th>
            <th scope="col">
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <Entry key={entry.id} entry={entry} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Entry({ entry }: { entry: ScheduleEntry }): ReactElement {
  return (
    <tr>
      <td>
        <Link to="/tasks/$name" params={{ name: entry.name }}>
          <strong>{entry.name}</strong>
        </Link>
      </td>
      <td data-label="Trigger">
        <TriggerTag trigger={entry.trigger} />
        <Decision entry={entry} />
      </td>
      <td className="nowrap" data-label="Next">
        <Next entry={entry} />
      </td>
      <td className="nowrap" data-label="Last">
        <Last entry={entry} />
      </td>
      <td className="end nowrap number" data-label="Lateness">
        {entry.lateness === null ? "–" : duration(entry.lateness)}
      </td>
      <td className="end nowrap">
        <Actions entry={entry} />
      </td>
    </tr>
  );
}

function Next({ entry }: { entry: ScheduleEntry }): ReactElement {
  if (entry.paused) return <span className="tag">paused</span>;
  if (entry.nextAt === null)
    return <span className="muted">{entry.kind === "after" ? "when that run ends" : "–"}</span>;
  if (entry.kind === "when") return <TimeAgo iso={entry.nextAt} />;
  return (
    <>
      <TimeAgo iso={entry.nextAt} /> <span className="muted small">{absoluteTime(entry.nextAt)}</span>
    </>
  );
}

/** What a condition's last look found, or why a scheduled start did not come about. */
function Decision({ entry: { kind, look } }: { entry: ScheduleEntry }): ReactElement | null {
  if (look === null || (kind !== "when" && look.fired)) return null;
  return (
    <div className="muted small">
      {look.reason} (<TimeAgo iso={look.at} />)
    </div>
  );
}

function Last({ entry }: { entry: ScheduleEntry }): ReactElement {
  if (entry.lastAt === null) return <span className="muted">never</span>;
  if (entry.lastRun === null) return <TimeAgo iso={entry.lastAt} />;
  return (
    <Link to="/runs/$id" params={{ id: entry.lastRun }}>
      <TimeAgo iso={entry.lastAt} />
    </Link>
  );
}

function Actions({ entry }: { entry: ScheduleEntry }): ReactElement {
  const client = useQueryClient();
  const navigate = useNavigate();
  const param = { id: encodeURIComponent(entry.id) };
  const toggle = useMutation({
    mutationFn: async () => {
      await api.schedule[":id"][entry.paused ? "resume" : "pause"].$post({ param });
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ["schedule"] }),
  });
  const run = useMutation({
    mutationFn: () => read(api.schedule[":id"].run.$post({ param })),
    onSuccess: ({ id }) => navigate({ to: "/runs/$id", params: { id } }),
  });
  const error = toggle.error ?? run.error;
  return (
    <>
      <button
        type="button"
        className="button plain compact"
        disabled={toggle.isPending}
        onClick={() => toggle.mutate()}
      >
        <Icon name={entry.paused ? "play" : "pause"} />
        {entry.paused ? "Resume" : "Pause"}
      </button>{" "}
      <button type="button" className="button compact" disabled={run.isPending} onClick={() => run.mutate()}>
        Run now
      </button>
      {error !== null && <ErrorNotice error={error} />}
    </>
  );
}

function NothingScheduled(): ReactElement {
  return (
    <Empty title="Nothing is scheduled">
      <p>Give a task a trigger, and it starts by itself:</p>
      <pre>{'triggers: [cron("0 17 * * *", { timezone: "Europe/London" })]'}</pre>
    </Empty>
  );
}
