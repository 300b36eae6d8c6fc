/**
 * Remembers which subtasks there are, so that a crawl does not ask the database about the same links on every page. It may forget,
 * but never claims what is not so: an entry stands for a row that was committed.
 */
import type { RunStore } from "../core/run-store.ts";

export interface KnownKeys {
  has(runId: string, task: string, key: string): boolean;
  add(runId: string, task: string, key: string): void;
  /** Rows may have been deleted. */
  clear(): void;
}

/** The store, whose `retry` deletes rows: before anything runs again, they are forgotten. */
export function forgetOnRetry(transitions: RunStore, known: KnownKeys): RunStore {
  return {
    ...transitions,
    async retry(...args) {
      const result = await transitions.retry(...args);
      known.clear();
      return result;
    },
  };
}

/** About 5 MB. */
const MOST = 30_000;

export function createKnownKeys(most: number = MOST): KnownKeys {
  // A Set keeps the order of adding: its first entry is the one not asked for longest.
  const known = new Set<string>();
  const nameOf = (runId: string, task: string, key: string): string => `${runId}\n${task}\n${key}`;
  const touch = (name: string): void => {
    known.delete(name);
    known.add(name);
  };
  return {
    has(runId, task, key) {
      const name = nameOf(runId, task, key);
      if (!known.has(name)) return false;
      touch(name);
      return true;
    },
    add(runId, task, key) {
      touch(nameOf(runId, task, key));
      if (known.size <= most) return;
      for (const oldest of known) {
        known.delete(oldest);
        break;
      }
    },
    clear: () => known.clear(),
  };
}
