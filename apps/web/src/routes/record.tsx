/** One record: what it says, who saved it, and what it was before. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { ReactElement, ReactNode } from "react";
import type { RecordVersion, RecordWithVersions } from "../api.ts";
import { api } from "../client.ts";
import { ConfirmButton } from "../components/confirm-button.tsx";
import { ErrorNotice, Loaded } from "../components/feedback.tsx";
import { JsonView } from "../components/json-view.tsx";
import { TimeAgo } from "../components/time.tsx";
import { useTitle } from "../components/title.ts";
import { recordQuery } from "../queries.ts";

const route = getRouteApi("/data/$collection/$id");

export function RecordScreen(): ReactElement {
  const { collection, id } = route.useParams();
  useTitle("Record", collection);
  const query = useQuery(recordQuery(collection, id));
  return (
    <>
      <div className="page-head">
        <div>
          <nav className="crumbs" aria-label="Breadcrumb">
            <Link to="/data">Data</Link> <span>/</span>{" "}
            <Link to="/data/$collection" params={{ collection }}>
              {collection}
            </Link>{" "}
            <span>/</span>
          </nav>
          <h1 className="truncate">{query.data?.key ?? "Record"}</h1>
        </div>
        <Delete collection={collection} id={id} />
      </div>
      <Loaded query={query} what="the record">
        {(record) => (
          <>
            <div className="card card-body form">
              <Facts record={record} />
              <JsonView value={record.data} />
            </div>
            {record.versions.length > 0 && <Versions versions={record.versions} />}
          </>
        )}
      </Loaded>
    </>
  );
}

function Facts({ record }: { record: RecordWithVersions }): ReactElement {
  return (
    <dl className="facts">
      <Fact name="Saved first">
        <TimeAgo iso={record.createdAt} /> by <RunLink id={record.firstRun} task={record.firstTask} />
      </Fact>
      <Fact name="Saved last">
        <TimeAgo iso={record.updatedAt} /> by <RunLink id={record.run} task={record.task} />
      </Fact>
      <Fact name="Changed">{record.version === 1 ? "never" : <TimeAgo iso={record.changedAt} />}</Fact>
      <Fact name="Version">{record.version}</Fact>
    </dl>
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

function RunLink({ id, task }: { id: string; task: string }): ReactElement {
  return (
    <Link to="/runs/$id" params={{ id }} search={{ task }} className="mono">
      {id.slice(-8)}
    </Link>
  );
}

function Versions({ versions }: { versions: readonly RecordVersion[] }): ReactElement {
  return (
    <section className="card" aria-label="What it was before">
      <ul>
        {versions.map((version) => (
          <li key={version.version}>
            <div className="card-body stack">
              <span className="muted small">
                Version {version.version}, from <TimeAgo iso={version.changedAt} /> on, by{" "}
                <RunLink id={version.run} task={version.task} />
              </span>
              <JsonView value={version.data} />
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Delete({ collection, id }: { collection: string; id: string }): ReactElement {
  const client = useQueryClient();
  const navigate = route.useNavigate();
  const remove = useMutation({
    mutationFn: async () => {
      const param = { collection: encodeURIComponent(collection), id: encodeURIComponent(id) };
      await api.data[":collection"][":id"].$delete({ param });
    },
    onSuccess: async () => {
      await navigate({ to: "/data/$collection", params: { collection } });
      await client.invalidateQueries({ queryKey: ["data"] });
    },
  });
  return (
    <div className="actions">
      {remove.error !== null && <ErrorNotice error={remove.error} />}
      <ConfirmButton
        label="Delete"
        question="Delete this record?"
        disabled={remove.isPending}
        onConfirm={() => remove.mutate()}
      />
    </div>
  );
}
