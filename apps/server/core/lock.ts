/** `concurrency`: how many may run at once that share a name, and a key made of the input. What is beyond waits in the queue. */
import { ADAPTIVE, FEWEST_PLACES } from "./adaptive.ts";
import type { Concurrency } from "./definition.ts";
import { canonicalJson, type JsonObject } from "./json.ts";
import { fillIn, MissingValueError } from "./template.ts";

export interface Lock {
  /** Those of the same name count together. */
  readonly name: string;
  readonly limit: number;
}

/** @param of the operation or task that says so */
export function lockOf(of: string, { limit, key, while: load }: Concurrency, input: JsonObject): Lock {
  const name = key === undefined ? of : `${of}\n${valueOfKey(key, input)}`;
  // Until the load was looked at for the first time.
  return load === undefined ? { name, limit } : { name: `${ADAPTIVE} ${name}`, limit: FEWEST_PLACES };
}

/** Inputs without that field share one key. */
function valueOfKey(key: string, input: JsonObject): string {
  try {
    return canonicalJson(fillIn(key, { input }));
  } catch (error) {
    if (error instanceof MissingValueError) return "";
    throw error;
  }
}
