/** Counts, sums and the like of the records that are shown. */
import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { number } from "../format.ts";
import { aggregateQuery } from "../queries.ts";
import type { RecordsSearch } from "../router.tsx";
import { Empty, Loaded } from "./feedback.tsx";
import { CellValue } from "./json-view.tsx";

export function AggregateTable({ collection, asked }: { collection: string; asked: RecordsSearch }): ReactElement {
  const query = useQuery(aggregateQuery(collection, asked));
  return (
    <section className="card" aria-label="Added up">
      <Loaded query={query} what="what they add up to">
        {({ items, total }) => {
          const [first] = items;
          if (first === undefined) return <Empty title="No record fits" />;
          const groups = Object.keys(first.group);
          const measures = Object.keys(first.values);
          return (
            <>
              <div className="scroll-x">
                <table className="table">
                  <thead>
                    <tr>
                      {groups.map((name) => (
                        <th key={name} scope="col">
                          {name}
                        </th>
                      ))}
                      {measures.map((name) => (
                        <th key={name} scope="col" className={groups.length > 0 ? "end" : undefined}>
                          {name}
                        </th>
                      ))}
                    </tr>
                  </thead>
                  <tbody>
                    {items.map(({ group, values }) => (
                      <tr key={JSON.stringify(group)}>
                        {groups.map((name) => (
                          <td key={name}>
                            <CellValue value={group[name]} />
                          </td>
                        ))}
                        {measures.map((name) => (
                          <td key={name} className={groups.length > 0 ? "end" : undefined}>
                            <CellValue value={rounded(values[name])} />
                          </td>
                        ))}
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
              {total > items.length && (
                <p className="more muted">
                  The first {number(items.length)} of {number(total)} groups
                </p>
              )}
            </>
          );
        }}
      </Loaded>
    </section>
  );
}

/** As many digits as people read. */
function rounded(value: unknown): unknown {
  return typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(8)) : value;
}
