/** The records of one collection as a table: searched, filtered, added up, exported, deleted. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { api } from "../client.ts";
import { AggregateTable } from "../components/aggregate-table.tsx";
import { ConfirmButton } from "../components/confirm-button.tsx";
import { Empty, ErrorNotice, Loaded } from "../components/feedback.tsx";
import { LoadMore } from "../components/load-more.tsx";
import { RecordFilter } from "../components/record-filter.tsx";
import { RecordTable } from "../components/record-table.tsx";
import { useTitle } from "../components/title.ts";
import { collectionsQuery, recordsQuery } from "../queries.ts";
import type { RecordsSearch } from "../router.tsx";

const route = getRouteApi("/data/$collection");

export function Records(): ReactElement {
  const { collection } = route.useParams();
  const asked = route.useSearch();
  const navigate = route.useNavigate();
  useTitle(collection, "Data");
  const { order, search, where } = asked;
  const query = useInfiniteQuery(recordsQuery(collection, { order, search, where }));
  return (
    <>
      <div className="page-head">
        <div>
          <nav className="crumbs" aria-label="Breadcrumb">
            <Link to="/data">Data</Link> <span>/</span>
          </nav>
          <h1>{collection}</h1>
        </div>
        <div className="actions">
          <SchemaLink collection={collection} />
          <Exports collection={collection} asked={asked} />
          <Delete collection={collection} asked={asked} />
        </div>
      </div>
      <RecordFilter asked={asked} onAsk={(next) => void navigate({ search: next })} />
      {(asked.values !== undefined || asked.group !== undefined) && (
        <AggregateTable collection={collection} asked={asked} />
      )}
      <div className="card">
        {query.error !== null ? (
          <ErrorNotice error={query.error} />
        ) : (
          <Loaded query={query} what="records">
            {({ pages }) => {
              const records = pages.flatMap((page) => page.items);
              if (records.length === 0) return <Empty title="No record fits" />;
              return (
                <>
                  <RecordTable records={records} order={order} />
                  <LoadMore query={query} what="records" />
                </>
              );
            }}
          </Loaded>
        )}
      </div>
    </>
  );
}

interface Props {
  readonly collection: string;
  readonly asked: RecordsSearch;
}

/** What a task file says that records are. */
function SchemaLink({ collection }: { collection: string }): ReactElement | null {
  const { data } = useQuery(collectionsQuery);
  if (!data?.items.some((item) => item.collection === collection && item.declared)) return null;
  const { href } = api.data[":collection"].schema.$url({ param: { collection: encodeURIComponent(collection) } });
  return (
    <a className="button plain" href={href}>
      Schema
    </a>
  );
}

function Exports({ collection, asked: { order, search, where } }: Props): ReactElement {
  const hrefOf = (format: "csv" | "jsonl" | "json"): string =>
    api.data[":collection"].$url({
      param: { collection: encodeURIComponent(collection) },
      query: { format, order, search, where, limit: "all" },
    }).href;
  return (
    <>
      {(["csv", "jsonl", "json"] as const).map((format) => (
        <a key={format} className="button" href={hrefOf(format)} download={`${collection}.${format}`}>
          {format.toUpperCase()}
        </a>
      ))}
    </>
  );
}

function Delete({ collection, asked: { search, where } }: Props): ReactElement {
  const client = useQueryClient();
  const navigate = route.useNavigate();
  const isAll = search === undefined && where === undefined;
  const remove = useMutation({
    mutationFn: async () => {
      const all = isAll ? ("true" as const) : undefined;
      await api.data[":collection"].$delete({
        param: { collection: encodeURIComponent(collection) },
        query: { search, where, all },
      });
    },
    onSuccess: async () => {
      await navigate({ to: "/data" });
      await client.invalidateQueries({ queryKey: ["data"] });
    },
  });
  return (
    <>
      <ConfirmButton
        label={isAll ? "Delete" : "Delete these"}
        question={isAll ? "Delete every record?" : "Delete all that fit?"}
        disabled={remove.isPending}
        onConfirm={() => remove.mutate()}
      />
      {remove.error !== null && <ErrorNotice error={remove.error} />}
    </>
  );
}
