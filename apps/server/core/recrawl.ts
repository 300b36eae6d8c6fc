/** What a crawl remembers of an address from one run to the next, so that what did not change is neither sent nor stored again. */

export const CHANGE_KINDS = ["new", "changed", "gone"] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** What is at an address: a page that was visited, or a file that was downloaded. */
export const SIGHTED = ["page", "file"] as const;
export type Sighted = (typeof SIGHTED)[number];

/** What can be asked for only if it has changed: beside these, what a mirrored page needs to be shown. */
export type Recalled = Sighted | "asset";

/** What was found at an address. */
export interface Facts {
  /** Hex; of the bytes that came, or of what Chromium made of them: another one means that it changed. */
  readonly sha256: string;
  /** After redirects. */
  readonly url: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Media type. */
  readonly type: string;
  readonly tier: "http" | "browser";
  /** Blob that an answer `304 Not Modified` stands for. Null: no bytes were kept, so such an answer is not asked for. */
  readonly body: string | null;
  /** The task's own request headers, as one text: what came under others is no copy of this. */
  readonly variant: string;
  /** Files: the name as it was said, and how many bytes. */
  readonly name: string;
  readonly size: number;
}

export interface Remembered {
  readonly facts: Facts;
  /** It changed since the run before, and this run has seen that already. */
  readonly changedInThisRun: boolean;
}

/**
 * What an attempt learned of an address. `same`: as remembered, by the server's word; `gone`: there is nothing any more (404, 410);
 * `unknown`: it could not be looked at, which says nothing about it.
 */
export type SightingDraft = { readonly what: Sighted; readonly url: string } & (
  | { readonly state: "seen"; readonly facts: Facts }
  | { readonly state: "same" | "gone" | "unknown" }
);

/** The headers that ask for an answer only if it would be another one (RFC 9110, 13.1). */
export function conditionalHeaders({ headers, body }: Facts): Record<string, string> {
  if (body === null) return {};
  const { etag, "last-modified": modified } = headers;
  return {
    ...(etag === undefined ? {} : { "if-none-match": etag }),
    ...(modified === undefined ? {} : { "if-modified-since": modified }),
  };
}

/** How many addresses a run found to be so. */
export type ChangeCounts = Readonly<Record<ChangeKind | "unchanged", number>>;

/** One line of a run's diff. */
export interface Change {
  readonly id: number;
  readonly kind: ChangeKind;
  readonly what: Sighted;
  readonly url: string;
  /** Now, and in the run before; null where there is nothing. */
  readonly sha256: string | null;
  readonly before: string | null;
  /** Null: nothing leads there any more. */
  readonly taskRunId: string | null;
  readonly time: number;
}

/** What a run found in comparison with the runs before. */
export interface Diff {
  readonly pages: ChangeCounts;
  readonly files: ChangeCounts;
  /** The whole crawl ended well, and no page of it failed: what was not met is gone. */
  readonly complete: boolean;
}
