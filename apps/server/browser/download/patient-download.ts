/** A download that is tried a few times, and whose failure need not be the page's: one dead link must not cost the page that names it. */
import { setTimeout as wait } from "node:timers/promises";
import type { DownloadedFile } from "../../../sdk/context.ts";
import { BrowsingError } from "../../core/browsing.ts";
import { isUnknownHost } from "../http/network-error.ts";

export interface PatientDownload {
  readonly url: string;
  /** True: what cannot be had fails the attempt. */
  readonly required: boolean;
  readonly signal: AbortSignal;
  /** Null: there is no file, and that is no fault. */
  fetch(): Promise<DownloadedFile | null>;
  /** Bytes that the tries so far have left to go on with. */
  kept(): number;
  /** A warning for the task run's log. */
  warn(text: string): void;
}

/** Waits before the second and third try, in ms. */
const WAITS = [500, 1500] as const;
/** A server that asks for more patience than this is left to the task's own retry. */
const LONGEST_WAIT = 10_000;
/** A connection that breaks again and again, but brings something each time, is gone on with so often; then the task's own retry decides. */
const MAX_BREAKS = 50;

/** The file; or null when it cannot be had and is not required. Faults that are not the other side's are thrown in any case. */
export async function downloadPatiently(download: PatientDownload): Promise<DownloadedFile | null> {
  for (let tries = 0, breaks = 0; ; tries++) {
    const before = download.kept();
    try {
      return await download.fetch();
    } catch (error) {
      if (!(error instanceof BrowsingError)) throw error;
      if (download.kept() > before && ++breaks < MAX_BREAKS) tries = 0;
      const pause = WAITS[tries];
      const mayHelp = error.retryable && !isUnknownHost(error) && (error.retryAfter ?? 0) <= LONGEST_WAIT;
      if (mayHelp && pause !== undefined)
        await wait(Math.max(pause, error.retryAfter ?? 0), undefined, { signal: download.signal });
      else if (download.required) throw error;
      else {
        download.warn(`${download.url} was not downloaded: ${error.message}`);
        return null;
      }
    }
  }
}
