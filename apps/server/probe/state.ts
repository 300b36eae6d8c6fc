/** Global and node state. `house.temperature` is the key of that name, or else `temperature` inside the key `house`. */
import type { Finding, Probe } from "../core/condition.ts";
import type { StateStore } from "../core/ports.ts";
import { valueAt } from "./json-path.ts";

export interface StateSource {
  readonly state: Pick<StateStore, "get">;
  readonly node: string;
}

export async function lookAtState(
  { state, node }: StateSource,
  { key, scope }: Extract<Probe, { kind: "state" }>,
): Promise<Finding> {
  const names = key.split(".");
  for (let length = names.length; length > 0; length -= 1) {
    const entry = await state.get(scope === "global" ? "global" : node, names.slice(0, length).join("."));
    if (entry !== null) return { value: valueAt(entry.value, names.slice(length)) };
  }
  return { value: null };
}
