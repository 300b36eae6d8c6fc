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

/**
 * Two generations: what is asked for moves to the young one, which becomes the old one when it has grown to half of `most`. To keep
 * an exact order would cost more than to look.
 */
export function createKnownKeys(most: number = MOST): KnownKeys {
  let young = new Map<string, Set<string>>();
  let old = new Map<string, Set<string>>();
  let size = 0;
  const add = (group: string, key: string): void => {
    let keys = young.get(group);
    if (keys === undefined) {
      keys = new Set();
      young.set(group, keys);
    }
    const before = keys.size;
    size += keys.add(key).size - before;
    if (size <= most / 2) return;
    old = young;
    young = new Map();
    size = 0;
  };
  return {
    has(runId, task, key) {
      const group = groupOf(runId, task);
      if (young.get(group)?.has(key)) return true;
      if (!old.get(group)?.has(key)) return false;
      add(group, key);
      return true;
    },
    add: (runId, task, key) => add(groupOf(runId, task), key),
    clear() {
      young = new Map();
      old = new Map();
      size = 0;
    },
  };
}

function groupOf(runId: string, task: string): string {
  return `${runId}\n${task}`;
}
