/** The collections of the data store. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { Empty, Loaded } from "../components/feedback.tsx";
import { TimeAgo } from "../components/time.tsx";
import { useTitle } from "../components/title.ts";
import { plural } from "../format.ts";
import { collectionsQuery } from "../queries.ts";

export function Collections(): ReactElement {
  useTitle("Data");
  const query = useQuery(collectionsQuery);
  return (
    <>
      <div className="page-head">
        <h1>Data</h1>
        <Link to="/sql" className="button">
          SQL
        </Link>
      </div>
      <div className="card">
        <Loaded query={query} what="the collections">
          {({ items }) =>
            items.length === 0 ? (
              <NoRecord />
            ) : (
              <ul aria-label="Collections">
                {items.map(({ collection, records, updatedAt }) => (
                  <li key={collection}>
                    <div className="item-row">
                      <div className="item-title">
                        <Link to="/data/$collection" params={{ collection }}>
                          {collection}
                        </Link>
                        <span className="muted number">{plural(records, "record")}</span>
                      </div>
                      <span className="muted">{updatedAt !== null && <TimeAgo iso={updatedAt} />}</span>
                    </div>
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

function NoRecord(): ReactElement {
  return (
    <Empty title="No record yet">
      <p>A task keeps records with one line; each collection then has its table here.</p>
      <pre>{'await save("pages", { url: page.url, title: page.title });'}</pre>
    </Empty>
  );
}
