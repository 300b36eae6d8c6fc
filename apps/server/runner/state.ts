/** The state as a script sees it. */
import { setTimeout as wait } from "node:timers/promises";
import type { StateAccess, StateFact } from "../../sdk/context.ts";
import type { StateEntry } from "../core/entities.ts";
import type { JsonObject } from "../core/json.ts";
import type { Host } from "./context.ts";
import { toJson, toJsonObject } from "./json-value.ts";
import type { Scope } from "./protocol.ts";

/** How often a key that is watched is looked at. */
const LOOK_EVERY = 500;
const MOST_HISTORY = 100;

export function stateAccess(host: Host, scope: Scope, signal: AbortSignal): StateAccess {
  return {
    get: (key) => host.getState(scope, key),
    entry: async (key) => toFact(await host.getStateEntry(scope, key)),
    set: async (key, value, options = {}) => {
      await host.setState(scope, key, toJson(value, `the state "${key}"`), options.version);
    },
    increment: async (key, by = 1) => Number(await host.incrementState(scope, key, by)),
    merge: async (key, patch) =>
      (await host.mergeState(scope, key, toJsonObject(patch, `the patch of "${key}"`))) as JsonObject,
    delete: (key) => host.deleteState(scope, key),
    history: async (key, limit = MOST_HISTORY) =>
      (await host.stateHistory(scope, key, Math.min(limit, MOST_HISTORY))).flatMap((entry) => toFact(entry) ?? []),
    watch: (key) => watch(host, scope, key, signal),
  };
}

/** What is written faster than it is looked at is told by its last value. */
async function* watch(host: Host, scope: Scope, key: string, signal: AbortSignal): AsyncGenerator<StateFact | null> {
  let seen: string | null = null;
  while (!signal.aborted) {
    const entry = await host.getStateEntry(scope, key);
    const mark = entry === null ? "gone" : `${entry.version} ${entry.updatedAt}`;
    if (mark !== seen) yield toFact(entry);
    seen = mark;
    await wait(LOOK_EVERY, undefined, { signal }).catch(() => {});
  }
}

function toFact(entry: StateEntry | null): StateFact | null {
  if (entry === null) return null;
  const { value, version, updatedAt, writer } = entry;
  return { value, version, updatedAt: new Date(updatedAt).toISOString(), writer };
}
