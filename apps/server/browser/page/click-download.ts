/** Saves what a click downloads, in this window or in one that it opens. */
import { createReadStream } from "node:fs";
import type { BrowserContext, Download, Locator, Page } from "playwright-core";
import type { DownloadedFile, DownloadOptions } from "../../../sdk/context.ts";
import { BrowsingError, type BrowsingSessionOptions } from "../../core/browsing.ts";
import { namesOf } from "../../core/file-name.ts";
import { type FileStore, FileTooLargeError } from "../../core/files.ts";
import { mediaTypeOf } from "../../core/media-type.ts";
import { within } from "../within.ts";

const MAX_BYTES = 2 * 1024 ** 3;
/** From the click to the beginning of the download. */
const START_TIMEOUT = 30_000;

/** Null: it cannot be had and is not required, which is a warning in the log. What was clicked is not clicked again: who knows what that does. */
export async function clickFile(
  { files, log }: { readonly files: FileStore; readonly log: BrowsingSessionOptions["log"] },
  target: Locator,
  options: DownloadOptions,
): Promise<DownloadedFile | null> {
  try {
    return { ...(await downloadByClick(files, target, options)), changed: true };
  } catch (error) {
    if (options.required || !(error instanceof BrowsingError)) throw error;
    log("warn", error.message);
    return null;
  }
}

async function downloadByClick(
  files: FileStore,
  target: Locator,
  options: DownloadOptions,
): Promise<Omit<DownloadedFile, "changed">> {
  const download = await clicked(target);
  const { maxBytes = MAX_BYTES } = options;
  const failed = await download.failure();
  const names = namesOf(download.suggestedFilename(), options.name);
  // The address of what a script made says nothing to anybody else.
  const url = /^https?:/.test(download.url()) ? download.url() : target.page().url();
  if (failed !== null)
    throw new BrowsingError("network", `${url} could not be downloaded: ${failed}.`, { retryable: true });
  try {
    const blob = await files.put(createReadStream(await download.path()), { maxBytes });
    return { ...names, url, ...blob, type: mediaTypeOf(names.name) };
  } catch (error) {
    if (!(error instanceof FileTooLargeError)) throw error;
    const message = `${url} is larger than ${maxBytes} bytes; give download a greater maxBytes if that is intended.`;
    throw new BrowsingError("too_large", message, { retryable: false });
  } finally {
    await download.delete().catch(() => {});
  }
}

async function clicked(target: Locator): Promise<Download> {
  const context = target.page().context();
  const begun = Promise.withResolvers<Download>();
  begun.promise.catch(() => {});
  const stop = listen(context, begun.resolve);
  try {
    await target.click();
    return await within(START_TIMEOUT, begun.promise);
  } catch (error) {
    const why = error instanceof Error ? error.message.split("\nCall log:")[0]?.trim() : String(error);
    throw new BrowsingError("network", `Clicking ${target} downloaded nothing: ${why}`, {
      retryable: true,
      cause: error,
    });
  } finally {
    stop();
  }
}

/** A link that opens a window downloads in that window. */
function listen(context: BrowserContext, begun: (download: Download) => void): () => void {
  const watched = new Set<Page>();
  const watch = (page: Page): void => void watched.add(page.once("download", begun));
  context.pages().forEach(watch);
  context.on("page", watch);
  return () => {
    context.off("page", watch);
    for (const page of watched) page.off("download", begun);
  };
}
