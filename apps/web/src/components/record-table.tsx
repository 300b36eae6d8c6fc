/** Records with a column for every field that occurs in them. */
import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import type { SavedRecord } from "../api.ts";
import { columnsOf, fieldsOf, isSortable, nextOrder } from "../columns.ts";
import { CellValue } from "./json-view.tsx";
import { TimeAgo } from "./time.tsx";

interface Props {
  readonly records: readonly SavedRecord[];
  /** How the table is sorted: a field, or a field with a minus before it. */
  readonly order: string | undefined;
}

export function RecordTable({ records, order }: Props): ReactElement {
  const columns = columnsOf(records);
  return (
    <div className="scroll-x">
      <table className="table">
        <thead>
          <tr>
            {columns.map((column) => (
              <HeadCell key={column} column={column} order={order} />
            ))}
            <th scope="col" className="end">
              Saved
            </th>
          </tr>
        </thead>
        <tbody>
          {records.map((record) => (
            <RecordRow key={record.id} record={record} columns={columns} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function HeadCell({ column, order }: { column: string; order: string | undefined }): ReactElement {
  const direction = order === column ? "ascending" : order === `-${column}` ? "descending" : "none";
  if (!isSortable(column)) return <th scope="col">{column}</th>;
  return (
    <th scope="col" aria-sort={direction}>
      <Link className="sort" to="." search={(search) => ({ ...search, order: nextOrder(column, order) })} replace>
        {column}
        {direction === "ascending" && " ↑"}
        {direction === "descending" && " ↓"}
      </Link>
    </th>
  );
}

function RecordRow({ record, columns }: { record: SavedRecord; columns: readonly string[] }): ReactElement {
  return (
    <tr>
      {columns.map((column) => (
        <td key={column}>
          <span className="cell-text">
            <CellValue value={fieldsOf(record.data)[column]} />
          </span>
        </td>
      ))}
      <td className="end nowrap">
        <Link
          to="/data/$collection/$id"
          params={{ collection: record.collection, id: record.id }}
          title="The record, who saved it, and what it was before"
        >
          <TimeAgo iso={record.updatedAt} />
        </Link>
      </td>
    </tr>
  );
}
