/** Looks values up by a path such as `json.items[0].name`. Nothing in it is executed. */
import { fail } from "../sdk/index.ts";

/** Undefined: nothing is there. */
export function at(value: unknown, path: string): unknown {
  const parts = path.split(/[.[\]]/).filter((part) => part !== "");
  if (parts.length === 0) fail(`expected a path such as json.items, got ${JSON.stringify(path)}`);
  let found = value;
  for (const part of parts) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, part)) return undefined;
    found = (found as Record<string, unknown>)[part];
  }
  return found;
}
