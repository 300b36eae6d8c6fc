/**
 * Keeps an eye on what is spawned below each root: which addresses look like a trap, and whether all of it has received as much as it
 * may. What is remembered here is lost with the process and found again: traps show themselves once more, bytes are in the record.
 */

import { DEFAULT_LIMITS } from "../core/definition.ts";
import type { TaskRun } from "../core/entities.ts";
import type { Usage } from "../core/execution.ts";
import type { Clock, TaskQueue, TaskRunReader } from "../core/ports.ts";
import type { RunStore, Settled, TaskRunDraft } from "../core/run-store.ts";
import { type CrawlMemory, newCrawlMemory, type Sifted, sift } from "../core/stops.ts";

export interface FanOutParts {
  readonly transitions: RunStore;
  readonly taskRuns: TaskRunReader;
  readonly queue: TaskQueue;
  readonly clock: Clock;
  onSettled(settled: Settled): void;
}

export interface FanOuts {
  /** What of these subtasks may be started. `look`: what the task run's own page showed, or null. */
  sift(parent: TaskRun, drafts: readonly TaskRunDraft[], look: number | null, now: number): Sifted;
  /** An attempt was settled: when its root has received too much, what waits below it is stopped. */
  settled(taskRun: TaskRun, usage: Usage): Promise<void>;
}

interface Remembered {
  readonly crawl: CrawlMemory;
  /** Null: not asked for yet. */
  bytes: number | null;
}

/** Crawls that go on at a time; the memory of one that was quiet for long is worth little. */
const MOST_ROOTS = 64;

export function createFanOuts(parts: FanOutParts): FanOuts {
  const roots = new Map<string, Remembered>();
  function recall(root: string): Remembered {
    const known = roots.get(root) ?? { crawl: newCrawlMemory(), bytes: null };
    roots.delete(root);
    roots.set(root, known);
    const [oldest] = roots.keys();
    if (roots.size > MOST_ROOTS && oldest !== undefined) roots.delete(oldest);
    return known;
  }
  return {
    sift: (parent, drafts, look, now) =>
      drafts.length === 0 ? { drafts: [], stops: [] } : sift(parent, drafts, recall(parent.root).crawl, look, now),
    async settled({ root, spec }, { bytes = 0 }) {
      if (bytes === 0) return;
      const known = recall(root);
      if (known.bytes === null) known.bytes = (await parts.taskRuns.get(root))?.bytes ?? 0;
      else known.bytes += bytes;
      if (known.bytes >= (spec.limits.bytes ?? DEFAULT_LIMITS.bytes)) await stopFanOut(parts, root, "bytes");
    },
  };
}

/** What waits below a root is skipped; what runs may end. */
export async function stopFanOut(parts: FanOutParts, root: string, reason: "bytes" | "time"): Promise<void> {
  const stopped = await parts.transitions.stop(root, reason, parts.clock());
  if (stopped === null) return;
  await parts.queue.add(stopped.ready);
  parts.onSettled(stopped);
  await parts.queue.remove(stopped.removed);
}
