/** What a run found to be new, changed or gone since the run before. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import type { Change, Diff } from "../api.ts";
import { Empty, Loaded, Notice } from "../components/feedback.tsx";
import { LoadMore } from "../components/load-more.tsx";
import { SafeLink } from "../components/safe-link.tsx";
import { number } from "../format.ts";
import { changesQuery } from "../queries.ts";

const KINDS: readonly Change["kind"][] = ["new", "changed", "gone"];

export function Changes({ runId, diff, final }: { runId: string; diff: Diff; final: boolean }): ReactElement {
  const [kind, setKind] = useState<Change["kind"] | undefined>();
  const query = useInfiniteQuery(changesQuery(runId, kind));
  return (
    <>
      <div className="changes-head">
        {KINDS.map((of) => (
          <button
            key={of}
            type="button"
            className="button plain compact"
            aria-pressed={kind === of}
            onClick={() => setKind(kind === of ? undefined : of)}
          >
            {number(diff.pages[of] + diff.files[of])} {of}
          </button>
        ))}
        <span className="muted">
          {number(diff.pages.unchanged)} pages and {number(diff.files.unchanged)} files unchanged
        </span>
      </div>
      {final && !diff.complete && (
        <Notice tone="warn">
          The crawl did not see everything, so what only the rest of it may lead to is not called gone.
        </Notice>
      )}
      <Loaded query={query} what="changes">
        {({ pages }) => {
          const changes = pages.flatMap((page) => page.items);
          if (changes.length === 0) return <Empty title="Nothing changed" />;
          return (
            <>
              <ChangeTable changes={changes} />
              <LoadMore query={query} what="changes" />
            </>
          );
        }}
      </Loaded>
    </>
  );
}

function ChangeTable({ changes }: { changes: readonly Change[] }): ReactElement {
  return (
    <div className="scroll-x">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">Address</th>
          </tr>
        </thead>
        <tbody>
          {changes.map((change) => (
            <tr key={`${change.what} ${change.url}`}>
              <td className="nowrap">
                <span className="tag" data-change={change.kind}>
                  {change.kind}
                </span>{" "}
                <span className="muted">{change.what}</span>
              </td>
              <td className="change-address">
                <SafeLink text={change.url} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
