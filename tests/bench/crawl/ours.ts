/** Ours: the whole server as users run it, every page a durable task run with a record. Measured from start to end of the run. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Measured } from "./contest.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
/**
 * The crawl of the examples without downloads; how pages are rendered is the only difference between the files made of it. What the
 * contest calls concurrency, requests at a time, is `perHost` here; how many task runs go on at once is left to the server.
 */
const taskFile = (render: string, concurrency: number): string => `import { browser, z } from "ultravisor";
export default browser({
  input: z.object({ url: z.url() }),
  render: "${render}",
  perHost: { concurrency: ${concurrency} },
  async run({ input, visit, spawn, save }) {
    const page = await visit(input.url);
    const links = page.links({ scope: "same-host" });
    const others = links.filter((url) => url !== page.url);
    await save("pages", { url: page.url, title: page.title, links: others.length });
    await spawn(links.map((url) => ({ url })), { key: (i) => i.url });
  },
});
`;
/** As in package.json's `start`. */
const AS_STARTED = {
  flags: ["--max-semi-space-size=4", "--heap-growing-percent=50"],
  env: { NODE_COMPILE_CACHE: "node_modules/.cache/compiled" },
};
const TOKEN = "a-token-for-benchmarks-only";
/** Milliseconds; how long the run took is what the server says. */
const LOOK_INTERVAL = 250;

interface Run {
  readonly state: string;
  readonly startedAt: string;
  readonly finishedAt: string | null;
}

interface Kind {
  readonly tier: "http" | "browser";
  readonly pages: number;
}

interface PageRecord {
  readonly url: string;
  readonly links: number;
}

export interface RunningUltravisor {
  crawl(task: string, url: string): Promise<Measured>;
  stop(): Promise<void>;
}

/** One server for all rounds, as it is used: only the first crawl after its start is slower, and told apart. */
export async function startUltravisor(concurrency: number): Promise<RunningUltravisor> {
  const data = mkdtempSync(join(tmpdir(), "ultravisor-bench-"));
  const tasks = join(data, "tasks");
  mkdirSync(tasks);
  for (const render of ["auto", "never", "always"])
    writeFileSync(join(tasks, `crawl-${render}.ts`), taskFile(render, concurrency));
  const { child, address } = await start(data, tasks);
  return {
    crawl: (task, url) => crawl(address, task, url),
    async stop() {
      child.kill("SIGTERM");
      await once(child, "exit");
      rmSync(data, { recursive: true, force: true });
    },
  };
}

async function crawl(address: string, task: string, url: string): Promise<Measured> {
  const ask = async <T>(path: string, body?: object): Promise<T> => {
    const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };
    const answer = await fetch(
      `${address}/api${path}`,
      body ? { method: "POST", headers, body: JSON.stringify(body) } : { headers },
    );
    return answer.json() as Promise<T>;
  };
  const { id } = await ask<{ id: string }>("/runs", { task, input: { url } });
  // To follow its log would take time from it: a line for every page.
  let run = await ask<Run>(`/runs/${id}`);
  while (run.finishedAt === null) {
    await setTimeout(LOOK_INTERVAL);
    run = await ask<Run>(`/runs/${id}`);
  }
  if (run.state !== "succeeded") throw new Error(`the run ended as ${run.state}`);
  const kinds = await ask<{ items: readonly Kind[] }>(`/runs/${id}/pages`);
  const tiers = { http: 0, browser: 0 };
  for (const { tier, pages } of kinds.items) tiers[tier] += pages;
  const links = new Map<string, number>();
  for (const page of await records(address, id)) links.set(new URL(page.url).pathname, page.links);
  const ms = Date.parse(run.finishedAt ?? "") - Date.parse(run.startedAt);
  return { ms, pages: [...links.keys()], links, tiers };
}

async function records(address: string, run: string): Promise<PageRecord[]> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const where = encodeURIComponent(`_run="${run}"`);
  const answer = await fetch(`${address}/api/data/pages?format=jsonl&where=${where}`, { headers });
  const lines = (await answer.text()).trim().split("\n");
  return lines.map((line) => JSON.parse(line) as { data: PageRecord }).map(({ data }) => data);
}

async function start(data: string, tasks: string): Promise<{ child: ChildProcess; address: string }> {
  const env = {
    ...process.env,
    ...AS_STARTED.env,
    ...{
      ULTRAVISOR_DATA: data,
      ULTRAVISOR_TASKS: tasks,
      ULTRAVISOR_PORT: "0",
      ULTRAVISOR_TOKEN: TOKEN,
    },
    ...{ ULTRAVISOR_FIRST_RUN: "off", ULTRAVISOR_LOG: "silent" },
  };
  const child = spawn(process.execPath, [...AS_STARTED.flags, "apps/server/start.ts"], {
    cwd: ROOT,
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  for await (const chunk of child.stdout) {
    printed += String(chunk);
    const address = /(http:\S+)\/sign-in\?token=/.exec(printed)?.[1];
    if (address !== undefined) return { child, address };
  }
  throw new Error(`the server ended before it was ready: ${printed}`);
}
