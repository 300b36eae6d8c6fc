/** What a task that names `page`, or something that works on one, is given. */
import type { Page } from "playwright-core";
import type { BrowserContext } from "../../sdk/context.ts";
import type { BrowsingSessionOptions, PAGE_FIXTURES } from "../core/browsing.ts";

export type PageFixtures = Pick<BrowserContext<unknown>, (typeof PAGE_FIXTURES)[number]>;

export function pageFixtures(page: Page, { signal, log }: BrowsingSessionOptions): PageFixtures {
  return {
    page,
    async replay(recording, input = {}) {
      const { replay } = await import("./replay.ts");
      return replay({ page, input, signal, log }, recording);
    },
  };
}
