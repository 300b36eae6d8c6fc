/** Whether a contender found exactly the pages of a site, and ours on each of them exactly its links. */
import type { Measured } from "./contest.ts";

export interface Verdict {
  readonly pages: number;
  readonly missing: number;
  readonly unexpected: number;
  /** Only ours tells what links it found. */
  readonly links?: string;
  readonly "HTTP / Chromium"?: string;
}

export function verdictOn({ pages, links, tiers }: Measured, expected: ReadonlyMap<string, number>): Verdict {
  const found = new Set(pages);
  const wrong = [...expected].filter(([path, count]) => links?.get(path) !== count);
  return {
    pages: found.size,
    missing: [...expected.keys()].filter((path) => !found.has(path)).length,
    unexpected: [...found].filter((path) => !expected.has(path)).length,
    ...(links && { links: wrong.length === 0 ? "exact" : `wrong on ${wrong.length}, such as ${wrong[0]?.[0]}` }),
    ...(tiers && { "HTTP / Chromium": `${tiers.http} / ${tiers.browser}` }),
  };
}
