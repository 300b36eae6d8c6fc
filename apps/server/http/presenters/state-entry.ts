/** A fact of the global or node state as the API shows it. */
import { z } from "@hono/zod-openapi";
import type { StateEntry } from "../../core/entities.ts";
import { iso } from "./time.ts";

export const StateView = z
  .object({
    scope: z.string(),
    key: z.string(),
    value: z.unknown(),
    version: z.int(),
    updatedAt: z.string(),
    writer: z.string(),
  })
  .openapi("StateEntry");
export type StateView = z.infer<typeof StateView>;

export function presentState(entry: StateEntry): StateView {
  return {
    scope: entry.scope,
    key: entry.key,
    value: entry.value,
    version: entry.version,
    updatedAt: iso(entry.updatedAt),
    writer: entry.writer,
  };
}
