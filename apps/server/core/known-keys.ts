/**
 * Remembers which subtasks there are, so that a crawl neither asks the database about the same links on every page nor is told of
 * them by its runner each time. It may forget, but never claims what is not so: an entry stands for a row that was committed.
 */

export interface KnownKeys {
  has(runId: string, task: string, key: string): boolean;
  /** False: it was known, and lately asked for. */
  add(runId: string, task: string, key: string): boolean;
  /** Rows may have been deleted. */
  clear(): void;
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
  const add = (group: string, key: string): boolean => {
    let keys = young.get(group);
    if (keys === undefined) {
      keys = new Set();
      young.set(group, keys);
    }
    const before = keys.size;
    if (keys.add(key).size === before) return false;
    size += 1;
    if (size <= most / 2) return true;
    old = young;
    young = new Map();
    size = 0;
    return true;
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
