/** What the server says of itself. */
import type { Chromium } from "./browsing.ts";
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

/**
 * What the owner should know.
 * @param problems how many task files have mistakes
 * @param diskFault what the disk of the data folder refuses now
 */
export function warningsOf(chromium: Chromium | null, problems: number, diskFault: string | null): string[] {
  const found: string[] = diskFault === null ? [] : [diskFault];
  if (chromium === null)
    found.push(
      "No Chromium was found: tasks that need a browser will fail. Run `npm start` again to install one, or set ULTRAVISOR_BROWSER to its path.",
    );
  else if (!chromium.sandbox)
    found.push(
      "Chromium runs without its sandbox, because this server runs as root or the system has no user namespaces. Run it as an ordinary user to have the sandbox.",
    );
  if (problems > 0)
    found.push(
      `${problems} task ${problems === 1 ? "file has" : "files have"} problems and ${problems === 1 ? "is" : "are"} not served; the Tasks page tells where and what to do.`,
    );
  return found;
}
