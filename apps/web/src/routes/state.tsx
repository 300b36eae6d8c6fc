/** Global state: small JSON facts that tasks share, to look at and to mend. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { useState } from "react";
import type { Json, StateEntry } from "../api.ts";
import { api } from "../client.ts";
import { Empty, Loaded } from "../components/feedback.tsx";
import { StateEditor } from "../components/state-editor.tsx";
import { TimeAgo } from "../components/time.tsx";
import { useTitle } from "../components/title.ts";
import { stateQuery } from "../queries.ts";

export function StateScreen(): ReactElement {
  useTitle("State");
  const query = useQuery(stateQuery);
  const [adding, setAdding] = useState(false);
  return (
    <>
      <div className="page-head">
        <h1>State</h1>
        <button type="button" className="button" onClick={() => setAdding(!adding)} aria-expanded={adding}>
          Add a key
        </button>
      </div>
      {adding && (
        <div className="card card-body">
          <EditEntry entry={null} onDone={() => setAdding(false)} />
        </div>
      )}
      <div className="card">
        <Loaded query={query} what="the state">
          {({ items }) =>
            items.length === 0 ? (
              <NoState />
            ) : (
              <ul aria-label="Global state">
                {items.map((entry) => (
                  <li key={entry.key}>
                    <Entry entry={entry} />
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

function Entry({ entry }: { entry: StateEntry }): ReactElement {
  const [editing, setEditing] = useState(false);
  if (editing) {
    return (
      <div className="card-body">
        <EditEntry entry={entry} onDone={() => setEditing(false)} />
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
      </div>
      <button
        type="button"
        className="button compact"
        onClick={() => setEditing(true)}
        aria-label={`Edit ${entry.key}`}
      >
        Edit
      </button>
    </div>
  );
}

function EditEntry({ entry, onDone }: { entry: StateEntry | null; onDone(): void }): ReactElement {
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
        query: {},
        json: { value, version: entry?.version ?? 0 },
      });
    },
    onSuccess,
  });
  const remove = useMutation({
    mutationFn: async (key: string) => {
      await api.state[":key"].$delete({ param: { key: encodeURIComponent(key) }, query: {} });
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
