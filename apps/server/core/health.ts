/** What the server says of itself. */
import type { TaskPace } from "./page-limit.ts";

/** Facts for `/api/health`. */
export interface Health {
  readonly status: "ok" | "degraded";
  readonly version: string;
  readonly node: string;
  readonly startedAt: number;
  readonly sqlite: string;
  readonly queue: string;
  readonly browser: { readonly path: string | null; readonly sandbox: boolean; readonly paces: readonly TaskPace[] };
  readonly warnings: readonly string[];
}
