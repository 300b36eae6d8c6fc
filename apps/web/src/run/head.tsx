/** The head of the run page: what ran, how it stands, why and when, and what one can do about it. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { useState } from "react";
import type { Run, RunDetail } from "../api.ts";
import { isFinal } from "../api.ts";
import { api } from "../client.ts";
import { ConfirmButton } from "../components/confirm-button.tsx";
import { ErrorNotice } from "../components/feedback.tsx";
import { StateBadge } from "../components/state-badge.tsx";
import { Elapsed, TimeAgo } from "../components/time.tsx";
import { RunTriggerText } from "../components/trigger.tsx";
import { words } from "../format.ts";
import { NotStarted } from "./not-started.tsx";
import { RetryForm } from "./retry-form.tsx";

export function RunHead({ run }: { run: RunDetail }): ReactElement {
  const [retrying, setRetrying] = useState(false);
  const open = retrying && isFinal(run.state);
  return (
    <>
      <div className="page-head">
        <div>
          <nav className="crumbs" aria-label="Breadcrumb">
            <Link to="/runs">Runs</Link> <span>/</span>
            <Link to="/tasks/$name" params={{ name: run.name }}>
              {run.name}
            </Link>
            <span>/</span>
          </nav>
          <h1 className="run-title">
            {run.name} <StateBadge state={run.state} />
          </h1>
        </div>
        <Actions run={run} retrying={open} onRetrying={setRetrying} />
        {run.summary !== null && <p className="lead">{run.summary}</p>}
      </div>
      <Facts run={run} />
      {open && <RetryForm run={run} onDone={() => setRetrying(false)} />}
      <NotStarted run={run} />
    </>
  );
}

function Facts({ run }: { run: RunDetail }): ReactElement {
  return (
    <div className="meta">
      <span>Reason: {words(run.reason)}</span>
      {run.pausedAt !== null && (
        <span>
          Paused <TimeAgo iso={run.pausedAt} />: nothing more is started
        </span>
      )}
      <RunTriggerText trigger={run.trigger} before={run.causedBy} />
      <span>
        {run.startedAt === null ? "Created" : "Started"} <TimeAgo iso={run.startedAt ?? run.createdAt} />
      </span>
      {run.startedAt !== null && (
        <span>
          {isFinal(run.state) ? "Took" : "Running for"} <Elapsed from={run.startedAt} to={run.finishedAt} />
        </span>
      )}
      <code title="Id of the run">{run.id}</code>
      {run.started.length > 0 && <Started runs={run.started} />}
    </div>
  );
}

const SHOWN = 8;

function Started({ runs }: { runs: RunDetail["started"] }): ReactElement {
  return (
    <span className="started">
      Started
      {runs.slice(0, SHOWN).map((run) => (
        <Link key={run.id} to="/runs/$id" params={{ id: run.id }}>
          {run.name} <StateBadge state={run.state} />
        </Link>
      ))}
      {runs.length > SHOWN && ` and ${runs.length - SHOWN}${runs.length === 50 ? " or more" : ""} others`}
    </span>
  );
}

interface ActionsProps {
  readonly run: Run;
  readonly retrying: boolean;
  onRetrying(retrying: boolean): void;
}

function Actions({ run, retrying, onRetrying }: ActionsProps): ReactElement {
  const client = useQueryClient();
  const act = useMutation({
    mutationFn: async (verb: "cancel" | "retry" | "pause" | "resume") => {
      const param = { id: run.id };
      await (verb === "retry"
        ? api.runs[":id"].retry.$post({ param, json: {} })
        : api.runs[":id"][verb].$post({ param }));
    },
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ["run", run.id] }),
        client.invalidateQueries({ queryKey: ["runs"] }),
      ]),
  });
  return (
    <div className="actions">
      {act.error !== null && <ErrorNotice error={act.error} />}
      {!isFinal(run.state) && (
        <button
          type="button"
          className="button"
          disabled={act.isPending}
          onClick={() => act.mutate(run.pausedAt === null ? "pause" : "resume")}
        >
          {run.pausedAt === null ? "Pause" : "Resume"}
        </button>
      )}
      {!isFinal(run.state) && (
        <ConfirmButton
          label="Cancel"
          question="Cancel this run?"
          disabled={act.isPending}
          onConfirm={() => act.mutate("cancel")}
        />
      )}
      {isFinal(run.state) && (run.state !== "succeeded" || run.counts.failed > 0) && (
        <button
          type="button"
          className={run.state === "succeeded" ? "button" : "button primary"}
          disabled={act.isPending}
          onClick={() => act.mutate("retry")}
        >
          {run.state === "succeeded" ? "Retry what failed" : "Retry"}
        </button>
      )}
      {isFinal(run.state) && (
        <button type="button" className="button" aria-expanded={retrying} onClick={() => onRetrying(!retrying)}>
          Retry from…
        </button>
      )}
      {isFinal(run.state) && (
        <Link to="/tasks/$name" params={{ name: run.name }} search={{ from: run.id }} className="button">
          Run again…
        </Link>
      )}
    </div>
  );
}
