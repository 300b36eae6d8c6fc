/** Everything that waits for a person's word, oldest first. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { Empty, Loaded } from "../components/feedback.tsx";
import { LoadMore } from "../components/load-more.tsx";
import { Question } from "../components/question.tsx";
import { useTitle } from "../components/title.ts";
import { allApprovalsQuery } from "../queries.ts";

export function ApprovalsScreen(): ReactElement {
  useTitle("Approvals");
  const query = useInfiniteQuery(allApprovalsQuery);
  return (
    <>
      <div className="page-head">
        <h1>Approvals</h1>
      </div>
      <Loaded query={query} what="what waits">
        {({ pages }) => {
          const waiting = pages.flatMap((page) => page.items);
          if (waiting.length === 0) return <NothingWaits />;
          return (
            <div className="questions">
              {waiting.map((approval) => (
                <Question key={approval.id} approval={approval}>
                  <Link to="/runs/$id" params={{ id: approval.run }}>
                    {approval.name}
                  </Link>
                  {": "}
                </Question>
              ))}
              <LoadMore query={query} what="approvals" />
            </div>
          );
        }}
      </Loaded>
    </>
  );
}

function NothingWaits(): ReactElement {
  return (
    <div className="card">
      <Empty title="Nothing waits for you">
        <p>An operation can ask before it goes on; its question then stands here and on the page of the run.</p>
        <pre>{'ask: { approval: "Publish the new version?" }'}</pre>
      </Empty>
    </div>
  );
}
