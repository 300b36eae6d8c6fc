/**
 * Kills a working server with SIGKILL at random moments and looks whether anything is lost, doubled or left behind (fault R1).
 * Usage: node tests/bench/engine/crash.ts [cycles, 20 unless told]
 */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import Database from "libsql";
import { type BenchRun, type BenchServer, markedProcesses, startBenchServer } from "./server.ts";

const RUNS = 20;
const LONGEST_LIFE = 3000;
const PAGES = 12;

const FILES: Readonly<Record<string, string>> = {
  "one-shell.yaml": `input: { id: string, ledger: string }
retry: { attempts: 3 }
shell: 'echo "$INPUT_ID" >> "$INPUT_LEDGER"; sleep 0.3'
`,
  "one-code.ts": `import { appendFileSync } from "node:fs";
import { code, z } from "ultravisor";
export default code({
  input: z.object({ id: z.string(), ledger: z.string() }),
  async run({ input }) {
    appendFileSync(input.ledger, input.id + "\\n");
    await new Promise((resolve) => setTimeout(resolve, 300));
  },
});
`,
  "one-crawl.ts": `import { appendFileSync } from "node:fs";
import { browser, z } from "ultravisor";
export default browser({
  input: z.object({ id: z.string(), ledger: z.string(), url: z.url() }),
  render: "never",
  async run({ input, visit, spawn, save }) {
    appendFileSync(input.ledger, input.id + "\\n");
    const page = await visit(input.url);
    await save("pages", { id: input.id, url: page.url });
    await spawn(page.links({ scope: "same-host" }).map((url) => ({ ...input, url })), { key: (i) => i.url });
  },
});
`,
};

export interface CrashReport {
  readonly cycles: number;
  readonly accepted: number;
  /** Accepted runs that did not succeed, or whose work was not done. */
  readonly lost: readonly string[];
  /** Crawls with more or fewer records than pages. */
  readonly wrongRecords: readonly string[];
  /** Answers of `PRAGMA integrity_check` other than ok. */
  readonly broken: readonly string[];
  /** Processes of an earlier life that still lived when the next one was ready. */
  readonly leftBehind: number;
  readonly startMs: readonly number[];
  /** From the start of the process until what was interrupted was marked. */
  readonly markedMs: readonly number[];
  /** From the start of the process until the last run was final. */
  readonly finalMs: readonly number[];
  /** The slowest start, step by step. */
  readonly slowest: Readonly<Record<string, number>>;
}

interface Ready {
  readonly msg: string;
  readonly ms: Readonly<Record<string, number>>;
}

export async function crash(cycles: number): Promise<CrashReport> {
  const folder = mkdtempSync(join(tmpdir(), "engine-crash-"));
  const [data, tasks, ledger] = [join(folder, "data"), join(folder, "tasks"), join(folder, "ledger")];
  mkdirSync(tasks);
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(tasks, name), text);
  writeFileSync(ledger, "");
  const site = await startSite();
  const report = { accepted: 0, lost: [] as string[], wrongRecords: [] as string[], broken: [] as string[] };
  const times = { startMs: [] as number[], markedMs: [] as number[], finalMs: [] as number[] };
  let [leftBehind, slowest] = [0, {} as Record<string, number>];
  let server = await startBenchServer({ data, tasks });
  for (let cycle = 0; cycle < cycles; cycle++) {
    const accepted = await submitAndKill(server, cycle, ledger, `${site.url}/0`);
    report.broken.push(...integrity(data, folder));
    const before = markedProcesses(data);
    const from = performance.now();
    server = await startBenchServer({ data, tasks });
    const after = new Set(markedProcesses(data));
    leftBehind += before.filter((pid) => after.has(pid)).length;
    times.startMs.push(server.startMs);
    const runs = await Promise.all(accepted.map(({ run }) => server.finished(run)));
    times.finalMs.push(performance.now() - from);
    const { ms } = readyOf(server);
    times.markedMs.push(markedAfter(ms));
    if (server.startMs >= Math.max(...times.startMs)) slowest = { ...ms, load: loadavg()[0] ?? 0 };
    report.accepted += accepted.length;
    const done = new Set(readFileSync(ledger, "utf8").split("\n"));
    report.lost.push(
      ...accepted.filter(({ id }, i) => runs[i]?.state !== "succeeded" || !done.has(id)).map(({ id }) => id),
    );
    report.wrongRecords.push(...(await wrongRecords(server, runs, accepted)));
  }
  await server.kill("SIGTERM");
  site.server.close();
  rmSync(folder, { recursive: true, force: true });
  return { cycles, ...report, leftBehind, ...times, slowest };
}

interface Accepted {
  readonly id: string;
  readonly run: string;
  readonly crawl: boolean;
}

/** Only what was answered with 2xx counts. */
async function submitAndKill(server: BenchServer, cycle: number, ledger: string, url: string): Promise<Accepted[]> {
  const accepted: Accepted[] = [];
  const submissions = Array.from({ length: RUNS }, async (_, n) => {
    const id = `${cycle}-${n}`;
    const task = n % 5 === 4 ? "one-crawl" : n % 2 === 0 ? "one-shell" : "one-code";
    const input = { id, ledger, ...(task === "one-crawl" ? { url } : {}) };
    const { id: run } = await server.post<{ id: string }>("/runs", { task, input });
    accepted.push({ id, run, crawl: task === "one-crawl" });
  });
  const all = Promise.allSettled(submissions);
  await pause(Math.random() * LONGEST_LIFE);
  await server.kill("SIGKILL");
  await all;
  return accepted;
}

/** The server holds its files exclusively, so what lies on the disk after a kill is looked at as a copy. */
function integrity(data: string, folder: string): string[] {
  return ["ultravisor.db", "queue.db"].flatMap((name) => {
    const copy = join(folder, name);
    for (const end of ["", "-wal"]) {
      rmSync(copy + end, { force: true });
      if (existsSync(join(data, name + end))) copyFileSync(join(data, name + end), copy + end);
    }
    const database = new Database(copy);
    const answer = JSON.stringify(database.prepare("PRAGMA integrity_check").all());
    database.close();
    return answer.includes('"ok"') ? [] : [answer];
  });
}

async function wrongRecords(
  server: BenchServer,
  runs: readonly BenchRun[],
  accepted: readonly Accepted[],
): Promise<string[]> {
  const wrong: string[] = [];
  for (const [i, { id, crawl }] of accepted.entries()) {
    if (!crawl) continue;
    const where = encodeURIComponent(`id=${id}`);
    const { items } = await server.get<{ items: { data: { url: string } }[] }>(`/data/pages?where=${where}&limit=500`);
    const distinct = new Set(items.map((item) => item.data.url)).size;
    if (items.length !== PAGES || distinct !== PAGES)
      wrong.push(`${id}: ${items.length}/${distinct}, ${JSON.stringify(runs[i]?.counts)}`);
  }
  return wrong;
}

function readyOf(server: BenchServer): Ready {
  const lines = server
    .log()
    .split("\n")
    .filter((line) => line.startsWith("{"));
  const ready = lines.map((line) => JSON.parse(line) as Ready).find((line) => line.msg === "ready");
  return ready ?? { msg: "", ms: {} };
}

function markedAfter(ms: Readonly<Record<string, number>>): number {
  let sum = 0;
  for (const [step, time] of Object.entries(ms)) {
    sum += time;
    if (step === "interrupted") break;
  }
  return sum;
}

/** Pages that all link to all others. */
async function startSite(): Promise<{ url: string; server: Server }> {
  const links = Array.from({ length: PAGES }, (_, n) => `<a href="/${n}">page ${n}</a>`).join(" ");
  const server = createServer((_request, response) =>
    setTimeout(() => response.setHeader("content-type", "text/html").end(`<title>page</title><p>${links}</p>`), 20),
  );
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b).map(Math.round);
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
  return `median ${at(0.5)} ms, p95 ${at(0.95)} ms, most ${sorted.at(-1)} ms`;
}

if (import.meta.main) {
  const report = await crash(Number(process.argv[2] ?? 20));
  const { startMs, markedMs, finalMs, ...rest } = report;
  console.log({ ...rest, start: spread(startMs), marked: spread(markedMs), final: spread(finalMs), load: loadavg() });
  const wrong = report.lost.length + report.wrongRecords.length + report.broken.length + report.leftBehind;
  process.exitCode = wrong > 0 ? 1 : 0;
}
