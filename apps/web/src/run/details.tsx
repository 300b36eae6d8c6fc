/** Input, output, error, attempts and resource use, in full. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactElement, ReactNode } from "react";
import type { Attempt, Run, ServedKind, TaskRun, TaskRunWithHistory } from "../api.ts";
import { api } from "../client.ts";
import { CountsWithCaption, toleratedIn } from "../components/counts-bar.tsx";
import { JsonView } from "../components/json-view.tsx";
import { SafeLink } from "../components/safe-link.tsx";
import { Elapsed, TimeAgo } from "../components/time.tsx";
import { bytes, duration, plural, words } from "../format.ts";
import { servedPagesQuery } from "../queries.ts";
import { Screenshots } from "./files.tsx";
import { PartActions } from "./part-actions.tsx";

export function RunDetails({ run }: { run: Run }): ReactElement {
  const manifest = api.runs[":id"].manifest.$url({ param: { id: run.id } });
  return (
    <>
      <Section title="Input">
        <JsonView value={run.input} />
      </Section>
      <ServedPages run={run} />
      {Object.keys(run.report).length > 0 && (
        <Section title="Report">
          <JsonView value={run.report} />
        </Section>
      )}
      <Section title="Manifest">
        <p>
          <a href={manifest.href} download={`${run.name.replaceAll("/", "-")}-${run.id}.json`}>
            Everything about this run as one JSON document
          </a>
        </p>
      </Section>
    </>
  );
}

/** How many pages each tier served, and why; nothing for a run without pages. */
function ServedPages({ run }: { run: Run }): ReactElement | null {
  const { data } = useQuery(servedPagesQuery(run));
  if (data === undefined || data.items.length === 0) return null;
  return (
    <Section title="Pages">
      <div className="scroll-x">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Pages</th>
              <th scope="col">Like</th>
              <th scope="col">Came</th>
            </tr>
          </thead>
          <tbody>
            {data.items.map(({ pattern, tier, why, pages }) => (
              <tr key={`${pattern} ${tier} ${why}`}>
                <td className="number">{pages}</td>
                <td className="anywhere">{pattern}</td>
                <td>
                  {tier === "http" ? "over HTTP" : "in Chromium"}: {WHY[why]}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

const WHY: Readonly<Record<ServedKind["why"], string>> = {
  asked_for: "the task asked for it",
  no_html: "it is no HTML",
  no_scripts: "it has no scripts",
  empty_without_scripts: "it is empty without its scripts",
  scripts_decorate: "its scripts change nothing that counts",
  scripts_add: "its scripts add to it",
  not_compared: "what its scripts do could not be tried",
};

export function TaskRunDetails({ taskRun }: { taskRun: TaskRunWithHistory }): ReactElement {
  return (
    <>
      <PartActions taskRun={taskRun} />
      {taskRun.error !== null && <ErrorSection error={taskRun.error} />}
      <Screenshots runId={taskRun.run} task={taskRun.id} />
      <Facts taskRun={taskRun} />
      <Section title="Input">
        <JsonView value={taskRun.input} />
      </Section>
      {taskRun.output !== null && (
        <Section title="Output">
          <JsonView value={taskRun.output} />
        </Section>
      )}
      {taskRun.history.length > 1 && <Attempts attempts={taskRun.history} />}
    </>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }): ReactElement {
  return (
    <section className="section">
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function ErrorSection({ error }: { error: NonNullable<TaskRun["error"]> }): ReactElement {
  return (
    <Section title="Error">
      <pre className="code error">{error.message}</pre>
      <p className="muted small">
        Code <code>{error.code}</code>
      </p>
      {error.stack !== undefined && (
        <details>
          <summary className="muted">Where it was thrown</summary>
          <pre className="code">{error.stack}</pre>
        </details>
      )}
    </Section>
  );
}

function Facts({ taskRun }: { taskRun: TaskRun }): ReactElement {
  return (
    <Section title="Task run">
      <dl className="facts">
        {Object.entries(factsOf(taskRun))
          .filter(([, value]) => value !== null)
          .map(([name, value]) => (
            <Fact key={name} name={name}>
              {value}
            </Fact>
          ))}
      </dl>
    </Section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }): ReactElement {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** Null where nothing is known; the key of a subtask is often the address it visits. */
function factsOf(taskRun: TaskRun): Readonly<Record<string, ReactNode>> {
  const { usage } = taskRun;
  return {
    Task: `${taskRun.task} (${taskRun.kind})`,
    Key: taskRun.key === null ? null : <SafeLink text={taskRun.key} />,
    "Started by": taskRun.parent === null ? null : <ParentLink id={taskRun.parent} />,
    State: `${taskRun.state}: ${words(taskRun.reason)}`,
    "Waits for ever": taskRun.cannotStart,
    Attempt:
      taskRun.attempt === 0 ? null : `${taskRun.attempt} of up to ${Math.max(taskRun.attempts, taskRun.attempt)}`,
    Node: taskRun.node,
    Started: taskRun.startedAt === null ? null : <TimeAgo iso={taskRun.startedAt} />,
    Duration: taskRun.startedAt === null ? null : <Elapsed from={taskRun.startedAt} to={taskRun.finishedAt} />,
    Subtasks: taskRun.subtasks === 0 ? null : plural(taskRun.subtasks, "subtask"),
    Below:
      taskRun.totals === null ? null : <CountsWithCaption counts={taskRun.totals} tolerated={toleratedIn(taskRun)} />,
    Received: usage?.bytes === undefined ? null : bytes(usage.bytes),
    "CPU time": usage?.cpuMs == null ? null : duration(usage.cpuMs),
    "Peak memory": usage?.peakMemoryBytes == null ? null : bytes(usage.peakMemoryBytes),
    "Exit code": usage?.exitCode ?? null,
    Signal: usage?.signal ?? null,
    Pages: usage?.tiers === undefined ? null : `${usage.tiers.http} over HTTP, ${usage.tiers.browser} in Chromium`,
  };
}

function ParentLink({ id }: { id: string }): ReactElement {
  return (
    <Link to="." search={(search) => ({ ...search, task: id })} resetScroll={false}>
      its parent task run
    </Link>
  );
}

function Attempts({ attempts }: { attempts: readonly Attempt[] }): ReactElement {
  return (
    <Section title="Attempts">
      <div className="scroll-x">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">#</th>
              <th scope="col">Ended</th>
              <th scope="col">Started</th>
              <th scope="col">Duration</th>
              <th scope="col">Error</th>
            </tr>
          </thead>
          <tbody>
            {attempts.map((attempt) => (
              <tr key={attempt.number}>
                <td className="number">{attempt.number}</td>
                <td>{words(attempt.reason)}</td>
                <td className="nowrap">
                  <TimeAgo iso={attempt.startedAt} />
                </td>
                <td className="nowrap">
                  <Elapsed from={attempt.startedAt} to={attempt.finishedAt} />
                </td>
                <td>
                  <span className="cell-text">{attempt.error?.message ?? "–"}</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
