/** Sign-ins that browser tasks have saved: which there are, never what they hold. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactElement } from "react";
import type { SavedSession } from "../api.ts";
import { api } from "../client.ts";
import { ConfirmButton } from "../components/confirm-button.tsx";
import { Empty, ErrorNotice, Loaded } from "../components/feedback.tsx";
import { TimeAgo } from "../components/time.tsx";
import { useTitle } from "../components/title.ts";
import { sessionsQuery } from "../queries.ts";

export function SessionsScreen(): ReactElement {
  useTitle("Sessions");
  const query = useQuery(sessionsQuery);
  return (
    <>
      <div className="page-head">
        <h1>Sessions</h1>
        <p className="lead">
          Sign-ins that browser tasks saved under a name. What they hold is sealed and never shown.
        </p>
      </div>
      <div className="card">
        <Loaded query={query} what="the sessions">
          {({ items }) =>
            items.length === 0 ? (
              <NoSessions />
            ) : (
              <ul aria-label="Saved sessions">
                {items.map((session) => (
                  <li key={session.name}>
                    <Session session={session} />
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

function Session({ session: { name, domains, updatedAt } }: { session: SavedSession }): ReactElement {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: async () => {
      await api.sessions[":name"].$delete({ param: { name: encodeURIComponent(name) } });
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["sessions"] }),
  });
  return (
    <div className="item-row">
      <div>
        <div className="item-title">
          <strong className="mono">{name}</strong>
          <span className="muted small">
            saved <TimeAgo iso={updatedAt} />
          </span>
        </div>
        <p className="small">{domains.length === 0 ? "holds nothing" : domains.join(", ")}</p>
        {remove.error !== null && <ErrorNotice error={remove.error} />}
      </div>
      <ConfirmButton
        label="Delete"
        question={`Delete ${name}?`}
        disabled={remove.isPending}
        onConfirm={() => remove.mutate()}
      />
    </div>
  );
}

function NoSessions(): ReactElement {
  return (
    <Empty title="No saved sessions">
      <p>A browser task with a session keeps its cookies and storage, so that one task signs in and all of them are.</p>
      <pre>{'browser({ session: "shop", … })'}</pre>
    </Empty>
  );
}
