/** Loads what a URL names by id, or says that there is no such thing. Only ids reach the readers. */
import type { Run } from "../core/entities.ts";
import { UltravisorError } from "../core/errors.ts";
import type { RunReader } from "../core/ports.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function isId(text: string): boolean {
  return UUID.test(text);
}

export async function findRun(runs: RunReader, id: string): Promise<Run> {
  const run = isId(id) ? await runs.get(id) : null;
  if (run === null)
    throw new UltravisorError(
      "unknown_run",
      `No run has the id ${JSON.stringify(id.slice(0, 100))}. GET /api/runs lists them.`,
    );
  return run;
}
