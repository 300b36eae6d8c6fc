/** The state, with every change told to whoever follows live: conditions on the state then look at once. */
import type { Notices, StateStore } from "../core/ports.ts";

export function tellState(state: StateStore, notices: Notices): StateStore {
  const told = async <T>(scope: string, key: string, change: Promise<T>): Promise<T> => {
    const result = await change;
    notices.publish({ type: "state", scope, key });
    return result;
  };
  return {
    ...state,
    set: (scope, key, ...rest) => told(scope, key, state.set(scope, key, ...rest)),
    increment: (scope, key, ...rest) => told(scope, key, state.increment(scope, key, ...rest)),
    merge: (scope, key, ...rest) => told(scope, key, state.merge(scope, key, ...rest)),
    delete: (scope, key) => told(scope, key, state.delete(scope, key)),
  };
}
