/** A retry deletes rows of subtasks: before anything runs again, they are forgotten. */
import type { KnownKeys } from "../core/known-keys.ts";
import type { RunStore } from "../core/run-store.ts";

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
