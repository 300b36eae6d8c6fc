/** Looks after one Chromium while it is in use: ends it when it hangs, ends pages that take too much, and tells what it uses. */
import type { Browser, CDPSession } from "playwright-core";
import { isGreedy, isHung, SILENCE } from "../../core/browser-health.ts";
import { type ProcessVitals, readingOf, sinceNow } from "./vitals.ts";

export interface WatchOptions {
  isInUse(): boolean;
  /** Is told what all its processes take, in bytes. */
  used(bytes: number): void;
  /** Memory that pages may use, in bytes. */
  readonly totalBytes: number;
}

const INTERVAL = 1000;
const pages = new WeakMap<Browser, () => readonly number[]>();

/** Process ids of a watched Chromium's pages, as they were a moment ago. */
export function pageProcesses(browser: Browser | null): readonly number[] {
  return (browser && pages.get(browser)?.()) ?? [];
}

/** Until it ends. */
export async function watch(browser: Browser, options: WatchOptions): Promise<void> {
  const session = await browser.newBrowserCDPSession();
  let processes: readonly ProcessVitals[] = await ask(session);
  let asking = false;
  const look = async (): Promise<void> => {
    if (asking || !options.isInUse()) return;
    asking = true;
    const answer = ask(session);
    try {
      processes = await orKilled(answer, processes);
      options.used(measure(processes, options.totalBytes));
    } catch {
      // It ends, or has ended: the pool is told by another way.
    } finally {
      asking = false;
    }
  };
  const timer = setInterval(() => void look(), INTERVAL);
  timer.unref();
  browser.once("disconnected", () => clearInterval(timer));
  pages.set(browser, () => processes.filter(({ type }) => type === "renderer").map(({ pid }) => pid));
}

async function ask(session: CDPSession): Promise<readonly ProcessVitals[]> {
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  return processInfo.map(({ id, type }) => ({ pid: id, type }));
}

/** What was asked; a Chromium that does not answer is killed. */
async function orKilled<T>(answer: Promise<T>, processes: readonly ProcessVitals[]): Promise<T> {
  const main = processes.filter(({ type }) => type === "browser").map(({ pid }) => pid);
  const done = sinceNow(() => main);
  const start = performance.now();
  const timer = setInterval(() => {
    if (isHung(performance.now() - start, done())) for (const pid of main) kill(pid);
  }, SILENCE / 4);
  try {
    return await answer;
  } finally {
    clearInterval(timer);
  }
}

function measure(processes: readonly ProcessVitals[], totalBytes: number): number {
  let sum = 0;
  for (const { pid, type } of processes) {
    const bytes = readingOf(pid)?.bytes ?? 0;
    sum += bytes;
    // Chromium tells the page's session that it crashed.
    if (type === "renderer" && isGreedy(bytes, totalBytes)) kill(pid);
  }
  return sum;
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended in between.
  }
}
