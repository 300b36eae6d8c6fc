/** A value inside JSON by the names that lead to it; null when there is none. */
import type { Json } from "../core/json.ts";

export function valueAt(value: Json, path: readonly string[]): Json {
  return path.reduce<Json>((part, name) => {
    if (typeof part !== "object" || part === null || !Object.hasOwn(part, name)) return null;
    return (part as { readonly [key: string]: Json })[name] ?? null;
  }, value);
}
