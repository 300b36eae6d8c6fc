/** The state as an executing task run reaches it: its node's own or the global one, written in its name, every change told. */
import type { ExecutionHost } from "../core/execution.ts";
import type { Notices, StateStore } from "../core/ports.ts";
import { tellState } from "./told-state.ts";

export interface StateHostParts {
  readonly state: StateStore;
  readonly notices: Notices;
  /** This node's name: the scope of its node state. */
  readonly node: string;
}

type StateHost = Pick<
  ExecutionHost,
  "getState" | "getStateEntry" | "stateHistory" | "setState" | "incrementState" | "mergeState" | "deleteState"
>;

/** @param writer id of the task run */
export function stateHost({ state: store, notices, node }: StateHostParts, writer: string): StateHost {
  const state = tellState(store, notices);
  const scopeOf = (scope: "global" | "node") => (scope === "global" ? "global" : node);
  return {
    getState: async (scope, key) => (await state.get(scopeOf(scope), key))?.value,
    getStateEntry: (scope, key) => state.get(scopeOf(scope), key),
    stateHistory: (scope, key, limit) => state.history(scopeOf(scope), key, limit),
    setState: async (scope, key, value, version) =>
      (await state.set(scopeOf(scope), key, value, writer, version)).version,
    incrementState: async (scope, key, by) => (await state.increment(scopeOf(scope), key, by, writer)).value,
    mergeState: async (scope, key, patch) => (await state.merge(scopeOf(scope), key, patch, writer)).value,
    deleteState: async (scope, key) => void (await state.delete(scopeOf(scope), key)),
  };
}
