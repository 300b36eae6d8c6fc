/** Tries a run again: what did not succeed, or everything from a chosen task on, with other input if wanted. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { useId, useState } from "react";
import type { JsonObject, Run } from "../api.ts";
import { api } from "../client.ts";
import { ErrorNotice, Loaded } from "../components/feedback.tsx";
import { InputForm } from "../components/input-form.tsx";
import { behind, type Edge } from "../flow.ts";
import { flowQuery, taskQuery } from "../queries.ts";

interface Props {
  readonly run: Run;
  onDone(): void;
}

/** What succeeded stays as it is. */
const WHAT_FAILED = "";

export function RetryForm({ run, onDone }: Props): ReactElement {
  const query = useQuery(flowQuery(run.id));
  return (
    <section className="card card-body stack" aria-label="Retry">
      <h2>Retry</h2>
      <Loaded query={query} what="its tasks">
        {({ nodes = [], edges = [] }) => (
          <Choices run={run} onDone={onDone} tasks={nodes.map((node) => node.id)} edges={edges} />
        )}
      </Loaded>
    </section>
  );
}

interface Flow {
  readonly tasks: readonly string[];
  readonly edges: readonly Edge[];
}

function Choices({ run, onDone, tasks, edges }: Props & Flow): ReactElement {
  const [from, setFrom] = useState(run.state === "succeeded" ? (tasks[0] ?? WHAT_FAILED) : WHAT_FAILED);
  const [edited, setEdited] = useState(false);
  // A run whose task file is gone has no schema; its input is then JSON.
  const task = useQuery({ ...taskQuery(run.name), retry: false, enabled: edited });
  const retry = useRetry(run.id, onDone);
  const start = from === WHAT_FAILED ? {} : { from };
  const submit = (
    <button type="submit" className="button primary" disabled={retry.isPending}>
      {retry.isPending ? "Queueing…" : "Retry"}
    </button>
  );
  const choices = (
    <>
      <From run={run} tasks={tasks} edges={edges} from={from} onChange={setFrom} />
      <label className="checkbox">
        <input type="checkbox" checked={edited} onChange={(event) => setEdited(event.target.checked)} />
        With other input
      </label>
    </>
  );
  if (edited && !task.isLoading) {
    const schema = task.data?.input ?? null;
    const send = (input: () => JsonObject): void => retry.mutate(() => ({ ...start, input: input() }));
    return (
      <InputForm schema={schema} input={run.input} error={retry.error} submit={submit} onSubmit={send}>
        {choices}
      </InputForm>
    );
  }
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        retry.mutate(() => start);
      }}
    >
      {choices}
      {retry.error !== null && <ErrorNotice error={retry.error} />}
      <div className="actions">{submit}</div>
    </form>
  );
}

interface FromProps extends Flow {
  readonly run: Run;
  readonly from: string;
  onChange(from: string): void;
}

function From({ run, tasks, edges, from, onChange }: FromProps): ReactElement {
  const id = useId();
  const after = from === WHAT_FAILED ? [] : behind(from, edges);
  return (
    <div className="field">
      <label htmlFor={id}>From</label>
      <select id={id} className="input" value={from} onChange={(event) => onChange(event.target.value)}>
        {run.state !== "succeeded" && <option value={WHAT_FAILED}>what did not succeed</option>}
        {tasks.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <span className="hint">
        {from === WHAT_FAILED
          ? "What succeeded is not done again."
          : `Runs again, whether it succeeded or not: ${[from, ...after].join(", ")}. What they spawned is spawned anew.`}
      </span>
    </div>
  );
}

interface Change {
  readonly from?: string;
  readonly input?: JsonObject;
}

function useRetry(runId: string, onDone: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (made: () => Change) => {
      await api.runs[":id"].retry.$post({ param: { id: runId }, json: made() });
    },
    onSuccess: async () => {
      onDone();
      await Promise.all([
        client.invalidateQueries({ queryKey: ["run", runId] }),
        client.invalidateQueries({ queryKey: ["runs"] }),
      ]);
    },
  });
}
