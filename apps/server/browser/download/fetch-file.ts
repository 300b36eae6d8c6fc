/** Saves the file at an address, with the patience of `downloadPatiently`. */
import type { DownloadedFile, DownloadOptions } from "../../../sdk/context.ts";
import type { BrowsingSessionOptions } from "../../core/browsing.ts";
import type { FileStore } from "../../core/files.ts";
import type { HttpTier } from "../http/http-visit.ts";
import { download } from "./download.ts";
import { downloadPatiently } from "./patient-download.ts";

export interface FetchParts {
  readonly tier: HttpTier;
  readonly files: FileStore;
  readonly log: BrowsingSessionOptions["log"];
}

/** Null: it cannot be had and is not required, which is a warning in the log. */
export function fetchFile(
  { tier, files, log }: FetchParts,
  url: URL,
  options: DownloadOptions,
): Promise<DownloadedFile | null> {
  let kept = 0;
  const parts = {
    tier,
    files,
    kept(bytes: number): void {
      kept = bytes;
    },
  };
  return downloadPatiently({
    url: url.href,
    required: options.required ?? false,
    signal: tier.signal,
    fetch: () => download(parts, url, options),
    kept: () => kept,
    warn: (warning) => log("warn", warning),
  });
}
