/** The processes of a Chromium as the system sees them: what they use, and whether they can move at all. Linux only; elsewhere nothing is known. */
import { readFileSync } from "node:fs";
import type { SilentProcess } from "../../core/browser-health.ts";

export interface ProcessVitals {
  readonly pid: number;
  /** `browser`, `renderer`, `GPU` and others, as Chromium calls them. */
  readonly type: string;
}

export interface Reading {
  /** Memory of its own, in bytes: what is shared is counted with nobody. */
  readonly bytes: number;
  /** Milliseconds of CPU time so far. */
  readonly cpu: number;
  readonly isStopped: boolean;
  readonly isLoading: boolean;
}

/** A tick of /proc is a hundredth of a second on every Linux that Node runs on. */
const TICK = 10;

/** Null: the process has gone, or the system does not tell. */
export function readingOf(pid: number): Reading | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name in brackets may have spaces and brackets of its own.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state = ""] = fields;
    const kilobytes = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1];
    return {
      bytes: Number(kilobytes ?? 0) * 1024,
      cpu: (Number(fields[11]) + Number(fields[12])) * TICK,
      isStopped: state === "T" || state === "t",
      isLoading: state === "D",
    };
  } catch {
    return null;
  }
}

/**
 * Remembers where processes stand; says later what they have done since, those that began meanwhile included.
 * @param pids those that there are at the time
 */
export function sinceNow(pids: () => readonly number[]): () => SilentProcess[] {
  const before = new Map(pids().map((pid) => [pid, readingOf(pid)?.cpu ?? 0]));
  return () =>
    pids().flatMap((pid) => {
      const now = readingOf(pid);
      return now ? [{ ...now, cpu: now.cpu - (before.get(pid) ?? 0) }] : [];
    });
}
