/** Keeps a context's pages from getting in the way of whoever automates them: dialogs, and windows without end. */
import type { BrowserContext, Dialog, Page } from "playwright-core";
import type { BrowsingSessionOptions } from "../../core/browsing.ts";

export interface GuardOptions {
  readonly log: BrowsingSessionOptions["log"];
  /** Called once when a page opens windows faster than they can be closed. */
  overrun(page: Page): void;
}

export interface Guard {
  /** Another session begins. */
  reset(): void;
}

const MAX_WINDOWS = 10;
/** Each window costs more to close than to open: a page that opens so many is out to do harm. */
const OVERRUN = 50;
/** A page may ask without end; the log says so often what it asked. */
const MAX_TOLD = 10;
/** What Playwright's pages are at run time, though its types do not say so. */
interface Listened {
  listenerCount(event: "dialog"): number;
}

/** Dismisses dialogs that the script itself does not answer, and closes windows beyond a few. */
export function guardContext(context: BrowserContext, { log, overrun }: GuardOptions): Guard {
  let dialogs = 0;
  let windows = 0;
  context.on("dialog", (dialog) => {
    if (isAnswered(dialog)) return;
    // "Leave this page?" is asked when the script or a visit goes on: dismissed, it would stay for ever.
    if (dialog.type() === "beforeunload") return void dialog.accept().catch(() => {});
    dialogs += 1;
    if (dialogs <= MAX_TOLD) {
      const more = dialogs === MAX_TOLD ? " Further ones are dismissed and not told." : "";
      log("info", `Dismissed a dialog of the page (${dialog.type()}): ${dialog.message().slice(0, 500)}${more}`);
    }
    dialog.dismiss().catch(() => {});
  });
  context.on("page", async (page) => {
    // Those that the script opens are its own business.
    const opener = await page.opener().catch(() => null);
    if (!opener) return;
    windows += 1;
    if (windows === OVERRUN) overrun(opener);
    if (context.pages().length <= MAX_WINDOWS) return log("info", `The page opened a window (${windows} so far).`);
    if (windows < OVERRUN) log("warn", `Closed a window that a page opened: more than ${MAX_WINDOWS} were open.`);
    page.close().catch(() => {});
  });
  return {
    reset() {
      dialogs = 0;
      windows = 0;
    },
  };
}

function isAnswered(dialog: Dialog): boolean {
  const page = dialog.page() as unknown as Listened | null;
  return (page?.listenerCount("dialog") ?? 0) > 0;
}
