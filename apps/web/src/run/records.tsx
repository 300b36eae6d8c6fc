/** The records that a run saved. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import type { SavedRecord } from "../api.ts";
import { columnsOf, fieldsOf } from "../columns.ts";
import { Empty, Loaded } from "../components/feedback.tsx";
import { CellValue } from "../components/json-view.tsx";
import { LoadMore } from "../components/load-more.tsx";
import { runRecordsQuery } from "../queries.ts";

export function RunRecords({ runId }: { runId: string }): ReactElement {
  const query = useInfiniteQuery(runRecordsQuery(runId));
  return (
    <Loaded query={query} what="records">
      {({ pages }) => {
        const records = pages.flatMap((page) => page.items);
        if (records.length === 0) return <Empty title="No record" />;
        const collections = [...new Set(records.map((record) => record.collection))];
        return (
          <>
            {collections.map((collection) => (
              <RecordsOf
                key={collection}
                collection={collection}
                records={records.filter((record) => record.collection === collection)}
              />
            ))}
            <LoadMore query={query} what="records" />
          </>
        );
      }}
    </Loaded>
  );
}

function RecordsOf({ collection, records }: { collection: string; records: readonly SavedRecord[] }): ReactElement {
  const columns = columnsOf(records);
  return (
    <section aria-label={collection}>
      <div className="panel-head">
        <h3>{collection}</h3>
        <Link to="/data/$collection" params={{ collection }} className="small">
          All records in Data
        </Link>
      </div>
      <div className="scroll-x">
        <table className="table">
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {records.map((record) => (
              <tr key={record.id}>
                {columns.map((column) => (
                  <td key={column}>
                    <span className="cell-text">
                      <CellValue value={fieldsOf(record.data)[column]} />
                    </span>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
