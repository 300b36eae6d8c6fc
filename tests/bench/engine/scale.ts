/**
 * A crawl of a large site, part by part: does a page cost the same at the end as at the start, in time, in processor time and in memory?
 * Usage: node tests/bench/engine/scale.ts [pages, 100000 unless told] [parts, 10]
 */
import { loadavg } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { withCrawl } from "./crawl.ts";
import type { BenchRun, BenchServer } from "./server.ts";

export interface Part {
  readonly upTo: number;
  readonly pagesPerSecond: number;
  /** Milliseconds of processor time of the server for each page. */
  readonly cpuPerPage: number;
  /** Megabytes that are resident at its end. */
  readonly resident: number;
  readonly load: number;
}

export function crawlInParts(pages: number, parts: number): Promise<readonly Part[]> {
  return withCrawl(pages, async ({ server, run }) => {
    const measured: Part[] = [];
    let last = { pages: 0, at: performance.now(), ...server.usage() };
    for (let part = 1; part <= parts; part++) {
      const reached = await reach(server, run, Math.floor((pages * part) / parts));
      const now = { pages: reached, at: performance.now(), ...server.usage() };
      const done = now.pages - last.pages;
      measured.push({
        upTo: now.pages,
        pagesPerSecond: Math.round((done / (now.at - last.at)) * 1000),
        cpuPerPage: Math.round(((now.cpu - last.cpu) / done) * 100) / 100,
        resident: Math.round(now.rss / 1e6),
        load: loadavg()[0] ?? 0,
      });
      last = now;
    }
    return measured;
  });
}

/** Resolves with the number of pages done, once it is at least `pages`. */
async function reach(server: BenchServer, run: string, pages: number): Promise<number> {
  for (;;) {
    const { counts, state } = await server.get<BenchRun>(`/runs/${run}`);
    const done = counts.succeeded ?? 0;
    if (done >= pages) return done;
    if (state !== "queued" && state !== "running") throw new Error(`the crawl ended as ${state} after ${done} pages`);
    await pause(200);
  }
}

if (import.meta.main)
  console.table(await crawlInParts(Number(process.argv[2] ?? 100_000), Number(process.argv[3] ?? 10)));
