/** A site of the benchmark, served by a process of its own. */
import { spawn } from "node:child_process";
import { join } from "node:path";

export interface RunningSite {
  readonly url: string;
  /** Path of the first page. */
  readonly start: string;
  /** Paths of all pages, and how many other pages of the site each links to. */
  readonly expected: ReadonlyMap<string, number>;
  stop(): void;
}

export async function serveSite(kind: string, pages: string): Promise<RunningSite> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "serve-site.ts"), kind, pages], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  let printed = "";
  for await (const chunk of child.stdout ?? []) {
    printed += String(chunk);
    if (printed.includes("\n")) break;
  }
  const { url, start, expected } = JSON.parse(printed) as {
    url: string;
    start: string;
    expected: Record<string, number>;
  };
  return { url, start, expected: new Map(Object.entries(expected)), stop: () => void child.kill() };
}
