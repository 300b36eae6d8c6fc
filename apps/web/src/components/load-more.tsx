/** The button at the end of a list that has another page. */
import type { ReactElement } from "react";

interface Paged {
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  fetchNextPage(): unknown;
}

export function LoadMore({ query, what }: { query: Paged; what: string }): ReactElement | null {
  if (!query.hasNextPage) return null;
  return (
    <div className="more">
      <button
        type="button"
        className="button plain compact"
        disabled={query.isFetchingNextPage}
        onClick={() => query.fetchNextPage()}
      >
        {query.isFetchingNextPage ? "Loading…" : `Load more ${what}`}
      </button>
    </div>
  );
}
