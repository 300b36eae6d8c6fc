/** State: small JSON facts that tasks share, or that a node keeps to itself, to look at and to mend. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { useState } from "react";
import type { Json, StateEntry } from "../api.ts";
import { api } from "../client.ts";
import { Empty, Loaded } from "../components/feedback.tsx";
import { StateEditor } from "../components/state-editor.tsx";
import { TimeAgo } from "../components/time.tsx";
import { useTitle } from "../components/title.ts";
import { type Scope, stateHistoryQuery, stateQuery } from "../queries.ts";

const route = getRouteApi("/state");

export function StateScreen(): ReactElement {
  useTitle("State");
  const { scope = "global" } = route.useSearch();
  const query = useQuery(stateQuery(scope));
  const [adding, setAdding] = useState(false);
  return (
    <>
      <div className="page-head">
        <h1>State</h1>
        <button type="button" className="button" onClick={() => setAdding(!adding)} aria-expanded={adding}>
          Add a key
        </button>
      </div>
      <nav className="chips" aria-label="Whose state">
        <ScopeLink scope="global" current={scope} label="All nodes" />
        <ScopeLink scope="node" current={scope} label="This node" />
      </nav>
      {adding && (
        <div className="card card-body">
          <EditEntry scope={scope} entry={null} onDone={() => setAdding(false)} />
        </div>
      )}
      <div className="card">
        <Loaded query={query} what="the state">
          {({ items }) =>
            items.length === 0 ? (
              <NoState />
            ) : (
              <ul aria-label={scope === "node" ? "Node state" : "Global state"}>
                {items.map((entry) => (
                  <li key={entry.key}>
                    <Entry scope={scope} entry={entry} />
                  </li>
                ))}
              </ul>
            )
          }
        </Loaded>
      </div>
    </>
  );
}

function ScopeLink(props: { scope: Scope; current: Scope; label: string }): ReactElement {
  const search = { scope: props.scope === "node" ? ("node" as const) : undefined };
  return (
    <Link to="/state" search={search} className="chip" aria-current={props.scope === props.current}>
      {props.label}
    </Link>
  );
}

function Entry({ scope, entry }: { scope: Scope; entry: StateEntry }): ReactElement {
  const [editing, setEditing] = useState(false);
  const [showing, setShowing] = useState(false);
  if (editing) {
    return (
      <div className="card-body">
        <EditEntry scope={scope} entry={entry} onDone={() => setEditing(false)} />
      </div>
    );
  }
  return (
    <div className="item-row">
      <div className="stack">
        <div className="item-title">
          <strong className="mono">{entry.key}</strong>
          <span className="muted small">
            version {entry.version}, <TimeAgo iso={entry.updatedAt} />
          </span>
        </div>
        <code className="cell-text">{JSON.stringify(entry.value)}</code>
        {showing && <History scope={scope} entry={entry} />}
      </div>
      <div className="actions">
        <button
          type="button"
          className="button compact"
          onClick={() => setShowing(!showing)}
          aria-expanded={showing}
          aria-label={`History of ${entry.key}`}
        >
          History
        </button>
        <button
          type="button"
          className="button compact"
          onClick={() => setEditing(true)}
          aria-label={`Edit ${entry.key}`}
        >
          Edit
        </button>
      </div>
    </div>
  );
}

function History({ scope, entry }: { scope: Scope; entry: StateEntry }): ReactElement {
  const query = useQuery(stateHistoryQuery(scope, entry.key));
  return (
    <Loaded query={query} what="its history">
      {({ items }) => (
        <ol aria-label={`Values of ${entry.key}`}>
          {items.map(({ version, value, updatedAt, writer }) => (
            <li key={`${updatedAt} ${version}`} className="small">
              <code className="cell-text">{JSON.stringify(value)}</code>{" "}
              <span className="muted">
                version {version}, <TimeAgo iso={updatedAt} />, by {writer === "api" ? "the API" : writer.slice(-8)}
              </span>
            </li>
          ))}
        </ol>
      )}
    </Loaded>
  );
}

interface EditProps {
  readonly scope: Scope;
  readonly entry: StateEntry | null;
  onDone(): void;
}

function EditEntry({ scope, entry, onDone }: EditProps): ReactElement {
  const client = useQueryClient();
  const onSuccess = async (): Promise<void> => {
    await client.invalidateQueries({ queryKey: ["state"] });
    onDone();
  };
  // The version makes the server refuse a change that somebody else made meanwhile.
  const save = useMutation({
    mutationFn: async ({ key, value }: { key: string; value: Json }) => {
      await api.state[":key"].$put({
        param: { key: encodeURIComponent(key) },
        query: { scope },
        json: { value, version: entry?.version ?? 0 },
      });
    },
    onSuccess,
  });
  const remove = useMutation({
    mutationFn: async (key: string) => {
      await api.state[":key"].$delete({ param: { key: encodeURIComponent(key) }, query: { scope } });
    },
    onSuccess,
  });
  return (
    <StateEditor
      entry={entry}
      error={save.error ?? remove.error}
      busy={save.isPending || remove.isPending}
      onSave={(key, value) => save.mutate({ key, value })}
      onDelete={(key) => remove.mutate(key)}
      onCancel={onDone}
    />
  );
}

function NoState(): ReactElement {
  return (
    <Empty title="No state yet">
      <p>Small JSON facts that runs remember from one to the next, such as the last page that was seen.</p>
      <pre>{'await state.set("last-seen", page.url);'}</pre>
    </Empty>
  );
}
