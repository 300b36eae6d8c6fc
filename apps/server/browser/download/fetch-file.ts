/** Saves the file at an address, with the patience of `downloadPatiently`. */
import type { DownloadedFile, DownloadOptions } from "../../../sdk/context.ts";
import type { BrowsingSessionOptions } from "../../core/browsing.ts";
import type { FileStore } from "../../core/files.ts";
import type { HttpTier } from "../http/http-visit.ts";
import { download, PageInstead } from "./download.ts";
import { downloadPatiently } from "./patient-download.ts";

export interface FetchParts {
  readonly tier: HttpTier;
  readonly files: FileStore;
  readonly log: BrowsingSessionOptions["log"];
}

/**
 * Null: it cannot be had and is not required, which is a warning in the log; or it is a page.
 * @param mayBePage nobody asked for just this file: it is one of those that a page seems to link to
 */
export function fetchFile(
  { tier, files, log }: FetchParts,
  url: URL,
  options: DownloadOptions,
  mayBePage: boolean,
): Promise<DownloadedFile | null> {
  let kept = 0;
  const parts = {
    tier,
    files,
    noPage: mayBePage && !options.required,
    kept(bytes: number): void {
      kept = bytes;
    },
  };
  return downloadPatiently({
    url: url.href,
    required: options.required ?? false,
    signal: tier.signal,
    fetch: () => download(parts, url, options).catch((error: unknown) => noFile(error, log)),
    kept: () => kept,
    warn: (warning) => log("warn", warning),
  });
}

function noFile(error: unknown, log: FetchParts["log"]): null {
  if (!(error instanceof PageInstead)) throw error;
  log("info", error.message);
  return null;
}
