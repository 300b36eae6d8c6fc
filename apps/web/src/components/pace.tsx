/** How many pages Chromium shows at a time for a task, and why that is so many. */
import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { healthQuery } from "../queries.ts";
import { TimeAgo } from "./time.tsx";

export function Pace({ task }: { task: string }): ReactElement | null {
  const { data } = useQuery(healthQuery);
  const pace = data?.browser.paces.find((one) => one.task === task);
  if (pace === undefined) return null;
  return (
    <section className="card card-body stack" aria-label="Chromium">
      <h2>Chromium</h2>
      <p>
        Shows {pace.limit} {pace.limit === 1 ? "page" : "pages"} at a time, at most {pace.most}. The number follows what
        is finished per second, and the memory that is left.
      </p>
      {pace.changes.length > 0 && (
        <dl className="facts">
          {pace.changes.map(({ at, from, to, why }) => (
            <div key={`${at} ${to}`} style={{ display: "contents" }}>
              <dt>
                <TimeAgo iso={at} />
              </dt>
              <dd>
                {from} → {to}: {why}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
