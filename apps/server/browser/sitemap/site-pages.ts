/** Which site maps tell the pages of a site: the one that is asked for, else those of its robots.txt, else the usual one. */
import { BrowsingError } from "../../core/browsing.ts";
import type { Manners } from "../manners/manners.ts";
import { readSitemaps } from "./sitemap.ts";

/** As many as a run may have subtasks. */
export const MAX_PAGES = 100_000;

type Parts = Parameters<typeof readSitemaps>[0];

export async function pagesOfSite(parts: Parts, manners: Manners, url: URL): Promise<string[]> {
  if (isSitemapFile(url)) return readSitemaps(parts, [url]);
  const named = await manners.sitemaps(url);
  if (named.length > 0) return readSitemaps(parts, named);
  return readSitemaps(parts, [new URL("/sitemap.xml", url)]).catch((error: unknown) => {
    if (error instanceof BrowsingError && error.code === "not_found") return [];
    throw error;
  });
}

function isSitemapFile({ pathname }: URL): boolean {
  return /\.(?:xml|txt)(?:\.gz)?$/i.test(pathname);
}
