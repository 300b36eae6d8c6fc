/** The records of one collection as a table. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { api } from "../client.ts";
import { Empty, Loaded } from "../components/feedback.tsx";
import { LoadMore } from "../components/load-more.tsx";
import { RecordTable } from "../components/record-table.tsx";
import { useTitle } from "../components/title.ts";
import { recordsQuery } from "../queries.ts";

const route = getRouteApi("/data/$collection");

export function Records(): ReactElement {
  const { collection } = route.useParams();
  const { order } = route.useSearch();
  useTitle(collection, "Data");
  const query = useInfiniteQuery(recordsQuery(collection, order));
  return (
    <>
      <div className="page-head">
        <div>
          <nav className="crumbs" aria-label="Breadcrumb">
            <Link to="/data">Data</Link> <span>/</span>
          </nav>
          <h1>{collection}</h1>
        </div>
        <Exports collection={collection} order={order} />
      </div>
      <div className="card">
        <Loaded query={query} what="records">
          {({ pages }) => {
            const records = pages.flatMap((page) => page.items);
            if (records.length === 0) return <Empty title="No record in this collection" />;
            return (
              <>
                <RecordTable records={records} order={order} />
                <LoadMore query={query} what="records" />
              </>
            );
          }}
        </Loaded>
      </div>
    </>
  );
}

function Exports({ collection, order }: { collection: string; order: string | undefined }): ReactElement {
  const hrefOf = (format: "csv" | "jsonl"): string =>
    api.data[":collection"].$url({ param: { collection: encodeURIComponent(collection) }, query: { format, order } })
      .href;
  return (
    <div className="actions">
      {(["csv", "jsonl"] as const).map((format) => (
        <a key={format} className="button" href={hrefOf(format)} download={`${collection}.${format}`}>
          {format.toUpperCase()}
        </a>
      ))}
    </div>
  );
}
