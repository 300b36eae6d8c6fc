// Kills a process that adds and processes jobs, again and again, and looks whether anything that was acknowledged is lost.
// Usage: node tests/bench/queue-crash.ts [crashes, 200 unless told]
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Queue, Worker } from "bullmq";
import { createLibsqlBackend } from "../../apps/bullmq-libsql/index.ts";

/** What was found after the last crash. */
export interface CrashReport {
  crashes: number;
  acknowledged: number;
  /** Acknowledged jobs that are neither waiting nor finished any more. */
  lost: string[];
  /** Jobs that a new worker could not bring to an end. */
  stuck: number;
  integrity: string;
}

const child = new URL("./queue-crash-child.ts", import.meta.url).pathname;

/** Kills a child at a random moment, `crashes` times over on one file, then finishes what is left. */
export async function crashRepeatedly(crashes: number): Promise<CrashReport> {
  const folder = mkdtempSync(join(tmpdir(), "queue-crash-"));
  const url = `file:${join(folder, "queue.db")}`;
  const acknowledged = new Set<string>();
  for (let crash = 0; crash < crashes; crash++) {
    await runAndKill(url, crash, 1 + Math.floor(Math.random() * 300), acknowledged);
  }
  const report = { crashes, acknowledged: acknowledged.size, ...(await inspect(url, acknowledged)) };
  rmSync(folder, { recursive: true, force: true });
  return report;
}

/** The child prints the id of each job whose adding was acknowledged; after so many lines it is killed. */
async function runAndKill(url: string, round: number, lines: number, acknowledged: Set<string>): Promise<void> {
  const running: ChildProcess = spawn(process.execPath, [child, url, String(round)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const gone = new Promise((resolve) => running.once("exit", resolve));
  let seen = 0;
  for await (const id of createInterface({ input: running.stdout ?? process.stdin })) {
    acknowledged.add(id);
    if (++seen === lines) running.kill("SIGKILL");
  }
  await gone;
}

async function inspect(
  url: string,
  acknowledged: Set<string>,
): Promise<Pick<CrashReport, "lost" | "stuck" | "integrity">> {
  const options = { connection: { url } };
  const queue = new Queue("crash", options, createLibsqlBackend);
  const worker = new Worker(
    "crash",
    async () => {},
    { ...options, maxStalledCount: 1e6, concurrency: 50 },
    createLibsqlBackend,
  );
  const drained = new Promise((resolve) => worker.on("drained", () => resolve(undefined)));
  await drained;
  const lost: string[] = [];
  for (const id of acknowledged) {
    if ((await queue.getJobState(id)) !== "completed") lost.push(id);
  }
  const counts = await queue.getJobCounts("waiting", "active", "delayed", "prioritized");
  const stuck = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const check = queue.getBackend().store.sql.get<{ integrity_check: string }>("PRAGMA integrity_check");
  await worker.close();
  await queue.close();
  return { lost, stuck, integrity: check?.integrity_check ?? "no answer" };
}

if (import.meta.main) {
  const report = await crashRepeatedly(Number(process.argv[2] ?? 200));
  console.log(report);
  process.exitCode = report.lost.length + report.stuck > 0 || report.integrity !== "ok" ? 1 : 0;
}
