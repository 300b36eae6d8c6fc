/**
 * Which keys became known lately, for runners that keep a copy of what the server knows: most links of a page lead where others led
 * before, and need not be sent. A reader is told each key once; one that is late misses some, and sends what it does not know of.
 */
import type { KnownKeys } from "./known-keys.ts";

export interface News {
  /** Whatever was told before may not be so any more. */
  readonly anew: boolean;
  readonly keys: readonly string[];
}

/** How far somebody has read. */
export class KeyReader {
  generation = 0;
  readonly read = new Map<string, number>();
}

export interface KeyNews extends KnownKeys {
  /** What is new for `reader` about a task's subtasks within a run; null: nothing. */
  tell(reader: KeyReader, runId: string, task: string): News | null;
}

interface Group {
  /** Of its first key: all keys of all groups are counted. */
  readonly first: number;
  readonly keys: string[];
}

/** Keys that are kept of a run's task for those who come later. */
const MOST_KEYS = 1000;
/** Runs' tasks that are kept; one that was quiet for long has little to tell. */
const MOST_GROUPS = 64;

/** Passes on to `known`, and remembers what was new. */
export function createKeyNews(known: KnownKeys): KeyNews {
  const groups = new Map<string, Group>();
  let generation = 0;
  let count = 0;
  let latest = "";
  function groupOf(name: string): Group {
    const known = groups.get(name);
    if (known && name === latest) return known;
    const group = known ?? { first: count, keys: [] };
    groups.delete(name);
    groups.set(name, group);
    latest = name;
    const [oldest] = groups.keys();
    if (groups.size > MOST_GROUPS && oldest !== undefined) groups.delete(oldest);
    return group;
  }
  return {
    has: known.has,
    add(runId, task, key) {
      const isNew = known.add(runId, task, key);
      if (!isNew) return false;
      const name = `${runId}\n${task}`;
      const group = groupOf(name);
      group.keys.push(key);
      count += 1;
      if (group.keys.length > 2 * MOST_KEYS)
        groups.set(name, { first: group.first + MOST_KEYS, keys: group.keys.slice(MOST_KEYS) });
      return true;
    },
    clear() {
      known.clear();
      groups.clear();
      generation += 1;
    },
    tell(reader, runId, task) {
      const name = `${runId}\n${task}`;
      const anew = reader.generation !== generation;
      if (anew || reader.read.size > MOST_GROUPS) reader.read.clear();
      reader.generation = generation;
      const group = groups.get(name);
      const { first, keys } = group ?? { first: 0, keys: [] };
      const fresh = keys.slice(Math.max(0, (reader.read.get(name) ?? 0) - first));
      if (group) reader.read.set(name, first + keys.length);
      return anew || fresh.length > 0 ? { anew, keys: fresh } : null;
    },
  };
}
