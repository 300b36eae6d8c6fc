/** Keeps a context's pages from getting in the way of whoever automates them: dialogs, and windows without end. */
import type { BrowserContext, Dialog } from "playwright-core";
import type { BrowsingSessionOptions } from "../core/browsing.ts";

const MAX_WINDOWS = 10;
/** What Playwright's pages are at run time, though its types do not say so. */
interface Listened {
  listenerCount(event: "dialog"): number;
}

/** Dismisses dialogs that the script itself does not answer, and closes windows beyond a few. */
export function guardContext(context: BrowserContext, log: BrowsingSessionOptions["log"]): void {
  context.on("dialog", (dialog) => {
    if (isAnswered(dialog)) return;
    log("info", `Dismissed a dialog of the page (${dialog.type()}): ${dialog.message().slice(0, 500)}`);
    dialog.dismiss().catch(() => {});
  });
  let windows = 0;
  context.on("page", async (page) => {
    // Those that the script opens are its own business.
    if (!(await page.opener().catch(() => null))) return;
    windows += 1;
    if (context.pages().length <= MAX_WINDOWS) return log("info", `The page opened a window (${windows} so far).`);
    log("warn", `Closed a window that a page opened: more than ${MAX_WINDOWS} were open.`);
    page.close().catch(() => {});
  });
}

function isAnswered(dialog: Dialog): boolean {
  const page = dialog.page() as unknown as Listened | null;
  return (page?.listenerCount("dialog") ?? 0) > 0;
}
