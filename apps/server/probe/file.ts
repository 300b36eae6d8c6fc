/** Files: whether they are there, how old and large they are, and whether they changed. A path may be a pattern with `*`. */
import { createHash } from "node:crypto";
import type { Stats } from "node:fs";
import { glob, stat } from "node:fs/promises";
import type { Finding, Probe } from "../core/condition.ts";

/** No more files than this are looked at for one pattern. */
const MOST_FILES = 10_000;

export async function lookAtFile({ path, fact }: Extract<Probe, { kind: "file" }>): Promise<Finding> {
  const files = await find(path);
  if (fact === "exists") return { value: files.length > 0 };
  if (fact === "version") return { value: files.length === 0 ? null : version(files) };
  if (files.length === 0) return { problem: `there is no ${path}` };
  if (fact === "size") return { value: Math.max(...files.map(({ stats }) => stats.size)) };
  const oldest = files.reduce((a, b) => (a.stats.mtimeMs <= b.stats.mtimeMs ? a : b));
  return { value: Math.max(0, Math.round(Date.now() - oldest.stats.mtimeMs)) };
}

interface Found {
  readonly path: string;
  readonly stats: Stats;
}

async function find(path: string): Promise<Found[]> {
  const found: Found[] = [];
  for await (const candidate of /[*?[\]{}]/.test(path) ? glob(path) : [path]) {
    const stats = await stat(candidate).catch(absent);
    if (stats !== null) found.push({ path: candidate, stats });
    if (found.length >= MOST_FILES) break;
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function absent(error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT" || error.code === "ENOTDIR") return null;
  throw error;
}

function version(files: readonly Found[]): string {
  const facts = files.map(({ path, stats }) => `${path}\n${stats.ino} ${stats.size} ${stats.mtimeMs}`);
  return createHash("sha256").update(facts.join("\n")).digest("hex").slice(0, 16);
}
