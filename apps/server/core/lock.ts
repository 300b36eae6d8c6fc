/** `concurrency`: how many may run at once that share a name, and a key made of the input. What is beyond waits in the queue. */
import type { Concurrency } from "./definition.ts";
import { canonicalJson, type JsonObject } from "./json.ts";
import { fillIn, MissingValueError } from "./template.ts";

export interface Lock {
  /** Those of the same name count together. */
  readonly name: string;
  readonly limit: number;
}

/** @param of the operation or task that says so */
export function lockOf(of: string, { limit, key }: Concurrency, input: JsonObject): Lock {
  return { name: key === undefined ? of : `${of}\n${valueOfKey(key, input)}`, limit };
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
