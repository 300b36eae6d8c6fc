/** When a Chromium is worn, when one of its pages takes too much, and when it hangs rather than being busy. */

export interface Wear {
  /** Sessions that it served. */
  readonly served: number;
  /** Milliseconds since it was started. */
  readonly age: number;
  /** Memory of all its processes. */
  readonly bytes: number;
}

/** What a process did since it was asked, and was silent. */
export interface SilentProcess {
  /** Milliseconds of CPU time used since then. */
  readonly cpu: number;
  /** By a signal or a debugger. */
  readonly isStopped: boolean;
  /** It waits for the disk, swapped out memory included. */
  readonly isLoading: boolean;
}

const MiB = 1024 ** 2;
const OLDEST = 60 * 60_000;
/** Chromium gives back little of what it once had; four times what eight pages of documents take. */
const MOST_BYTES = 2048 * MiB;
const MOST_PAGE_BYTES = 2048 * MiB;
/** A process that was asked something that takes no time, and has not answered for so long, hangs … */
export const SILENCE = 2000;
/** … unless it got no time to answer; but it is waited for no longer than this. */
const LONGEST_SILENCE = 10_000;

/** Why no new sessions should go there, or null. */
export function wornBy({ served, age, bytes }: Wear, recycleAfter: number, totalBytes: number): string | null {
  if (served >= recycleAfter) return `it served ${served} sessions`;
  if (age >= OLDEST) return `it is ${Math.round(age / 60_000)} minutes old`;
  if (bytes >= Math.min(MOST_BYTES, totalBytes / 2)) return `it takes ${Math.round(bytes / MiB)} MiB of memory`;
  return null;
}

/** Whether a page's process takes so much that it would cost the others theirs. */
export function isGreedy(bytes: number, totalBytes: number): boolean {
  return bytes >= Math.min(MOST_PAGE_BYTES, totalBytes / 2);
}

/**
 * Whether silence means that nobody will answer: somebody is stopped, or had time enough and spent it on something else, or does
 * nothing at all. On a machine that is busy with other things, neither holds.
 * @param silence in milliseconds
 * @param processes those whose silence it may be
 */
export function isHung(silence: number, processes: readonly SilentProcess[]): boolean {
  if (silence < SILENCE) return false;
  if (silence >= LONGEST_SILENCE || processes.some(({ isStopped }) => isStopped)) return true;
  if (processes.some(({ cpu }) => cpu >= silence / 2)) return true;
  return processes.every(({ cpu, isLoading }) => cpu === 0 && !isLoading);
}
