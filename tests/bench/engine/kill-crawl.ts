/**
 * Kills the server again and again during one crawl: is every page recorded once, and how soon does the crawl go on?
 * Usage: node tests/bench/engine/kill-crawl.ts [kills, 50 unless told] [pages, 5000]
 */
import { loadavg } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { type Crawl, withCrawl } from "./crawl.ts";
import type { BenchRun, BenchServer } from "./server.ts";

/** Milliseconds a page takes at most on a machine of two cores: a life is so long that all kills find the crawl at work. */
const PAGE = 2.5;

export interface KillReport {
  readonly kills: number;
  readonly state: string;
  readonly counts: BenchRun["counts"];
  readonly records: number;
  readonly distinct: number;
  /** How often the site was asked for a page, over the number of pages: what kills made to be done again. */
  readonly asked: number;
  /** Milliseconds from the start of a process until its crawl asked for a page again, sorted. */
  readonly resumedMs: readonly number[];
  /** Of these, until the server had printed its link. */
  readonly readyMs: readonly number[];
}

export function killCrawl(kills: number, pages: number): Promise<KillReport> {
  return withCrawl(pages, async (crawl) => {
    const [resumedMs, readyMs] = [[] as number[], [] as number[]];
    let { server } = crawl;
    let killed = 0;
    for (; killed < kills; killed++) {
      await pause(Math.random() * PAGE * (pages / kills));
      if ((await server.get<BenchRun>(`/runs/${crawl.run}`)).state === "succeeded") break;
      await server.kill("SIGKILL");
      const before = await asked(crawl);
      const from = performance.now();
      const over = new AbortController();
      const resumed = waitForMore(crawl, before, over.signal).then((isMore) => {
        if (isMore) resumedMs.push(Math.round(performance.now() - from));
      });
      server = await crawl.again();
      readyMs.push(Math.round(server.startMs));
      // Killed with its last page asked for, it asks for no more.
      void server.finished(crawl.run).then(
        () => over.abort(),
        () => undefined,
      );
      await resumed;
    }
    const { state, counts } = await server.finished(crawl.run);
    const urls = await recordsOf(server);
    const sorted = { resumedMs: resumedMs.toSorted((a, b) => a - b), readyMs: readyMs.toSorted((a, b) => a - b) };
    const total = (await asked(crawl)) / pages;
    return {
      kills: killed,
      state,
      counts,
      records: urls.length,
      distinct: new Set(urls).size,
      asked: total,
      ...sorted,
    };
  });
}

async function asked({ site }: Crawl): Promise<number> {
  return Number(await (await fetch(new URL("/asked", site))).text());
}

async function waitForMore(crawl: Crawl, before: number, over: AbortSignal): Promise<boolean> {
  while (!over.aborted) {
    if ((await asked(crawl)) > before) return true;
    await pause(10);
  }
  return false;
}

async function recordsOf(server: BenchServer): Promise<string[]> {
  const urls: string[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page: { items: { data: { url: string } }[]; next: string | null } = await server.get(
      `/data/pages?limit=200${cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    urls.push(...page.items.map((item) => item.data.url));
    cursor = page.next;
  }
  return urls;
}

if (import.meta.main) {
  const report = await killCrawl(Number(process.argv[2] ?? 50), Number(process.argv[3] ?? 5000));
  console.log(JSON.stringify({ ...report, load: loadavg() }, null, 1));
}
