/** Which site maps tell the pages of a site: the one that is asked for, else those of its robots.txt, else the usual ones. */
import { BrowsingError } from "../../core/browsing.ts";
import type { Manners } from "../manners/manners.ts";
import { readSitemaps } from "./sitemap.ts";

/** As many as a run may have subtasks. */
export const MAX_PAGES = 100_000;

/** Where a site map usually lies when robots.txt names none. */
const USUAL = ["/sitemap.xml", "/sitemap_index.xml", "/sitemap.txt"];
const FILE = /(?:\.(?:xml|txt|rss|atom)(?:\.gz)?|\/[^/]*sitemap[^/]*)$/i;

type Parts = Parameters<typeof readSitemaps>[0];

export async function pagesOfSite(parts: Parts, manners: Manners, url: URL): Promise<string[]> {
  if (FILE.test(url.pathname)) return readSitemaps(parts, [url]);
  const named = await manners.sitemaps(url);
  if (named.length > 0) return readSitemaps(parts, named);
  const pages = new Set<string>();
  for (const path of USUAL) {
    const found = await readSitemaps(parts, [new URL(path, url)]).catch((error: unknown) => {
      if (error instanceof BrowsingError && (error.code === "not_found" || pages.size > 0)) return [];
      throw error;
    });
    for (const page of found.slice(0, parts.limit - pages.size)) pages.add(page);
    if (pages.size >= parts.limit) break;
  }
  return [...pages];
}
