/** The whole server as a process of its own, for benchmarks: started, asked, looked at from outside, and killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../../..");
const TOKEN = "a-token-for-benchmarks-only";

export interface BenchServer {
  readonly process: ChildProcess;
  /** Milliseconds from the start of the process until it printed its link. */
  readonly startMs: number;
  /** What it said on stderr: its log, as lines of JSON. */
  log(): string;
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: object): Promise<T>;
  /** Resolves with the run when it is final. Following its log costs less than asking again and again. */
  finished(runId: string): Promise<BenchRun>;
  /** Milliseconds of CPU time, and bytes of resident memory, of the server's own process. */
  usage(): { readonly cpu: number; readonly rss: number };
  kill(signal: NodeJS.Signals): Promise<void>;
}

export interface BenchRun {
  readonly id: string;
  readonly state: string;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly counts: Readonly<Record<string, number>>;
}

export interface BenchOptions {
  readonly data: string;
  readonly tasks: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments for Node, such as `--cpu-prof`. */
  readonly argv?: readonly string[];
}

export async function startBenchServer({ data, tasks, env, argv = [] }: BenchOptions): Promise<BenchServer> {
  const own = {
    ...{ ULTRAVISOR_DATA: data, ULTRAVISOR_TASKS: tasks, ULTRAVISOR_PORT: "0", ULTRAVISOR_TOKEN: TOKEN },
    ...{ ULTRAVISOR_FIRST_RUN: "off", NODE_COMPILE_CACHE: join(ROOT, "node_modules/.cache/compiled") },
  };
  const started = performance.now();
  const child = spawn(
    process.execPath,
    ["--max-semi-space-size=4", "--heap-growing-percent=50", ...argv, join(ROOT, "apps/server/start.ts")],
    {
      env: { ...process.env, ...own, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said = (said + String(chunk)).slice(-100_000);
  });
  const url = await linkOf(child);
  const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };
  const ask = async <T>(path: string, init: RequestInit): Promise<T> => {
    const answer = await fetch(`${url}/api${path}`, { headers, ...init });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return answer.json() as Promise<T>;
  };
  return {
    process: child,
    startMs: performance.now() - started,
    log: () => said,
    get: (path) => ask(path, {}),
    post: (path, body) => ask(path, { method: "POST", body: JSON.stringify(body) }),
    async finished(runId) {
      const answer = await fetch(`${url}/api/runs/${runId}/logs`, {
        headers: { ...headers, accept: "text/event-stream" },
      });
      for await (const chunk of answer.body ?? []) void chunk;
      return ask(`/runs/${runId}`, {});
    },
    usage: () => usageOf(child.pid ?? 0),
    async kill(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.kill(signal);
      await gone;
    },
  };
}

async function linkOf(child: ChildProcess): Promise<string> {
  let printed = "";
  for await (const chunk of child.stdout ?? []) {
    printed += String(chunk);
    const address = /(http:\S+)\/sign-in\?token=/.exec(printed)?.[1];
    if (address !== undefined) return address;
  }
  throw new Error(`the server ended before it was ready: ${printed}`);
}

/** Linux counts CPU time in hundredths of a second. */
function usageOf(pid: number): { cpu: number; rss: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const rss = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1];
  return { cpu: (Number(fields[11]) + Number(fields[12])) * 10, rss: Number(rss) * 1024 };
}

/** Processes of any life of a server on this data folder. */
export function markedProcesses(data: string): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && environmentOf(pid).includes(`ULTRAVISOR_DATA=${data}\0`));
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1");
  } catch {
    return "";
  }
}
