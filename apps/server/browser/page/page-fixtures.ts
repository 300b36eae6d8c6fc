/** What a task that names `page`, or something that works on one, is given. */
import type { Page } from "playwright-core";
import type { BrowserContext, LinkOptions } from "../../../sdk/context.ts";
import type { BrowsingSessionOptions, PAGE_FIXTURES } from "../../core/browsing.ts";
import { pageLinks } from "./page-links.ts";
import { scrollToEnd, watchLoading } from "./scroll-to-end.ts";

export type PageFixtures = Pick<BrowserContext<unknown>, (typeof PAGE_FIXTURES)[number]>;

/** @param onLinks is told of all that `links` and `files` give */
export function pageFixtures(
  page: Page,
  { signal, log }: BrowsingSessionOptions,
  onLinks: (pageUrl: string, hrefs: readonly string[], asked: LinkOptions) => void,
): PageFixtures {
  const isLoading = watchLoading(page);
  const links = async (options: LinkOptions = {}): Promise<string[]> => {
    const hrefs = await pageLinks(page, options);
    onLinks(page.url(), hrefs, options);
    return hrefs;
  };
  return {
    page,
    links,
    files: (options) => links({ files: true, ...options }),
    scrollToEnd: async (options = {}) => scrollToEnd(page, options, isLoading, signal),
    async replay(recording, input = {}) {
      const { replay } = await import("../recording/replay.ts");
      return replay({ page, input, signal, log }, recording);
    },
  };
}
