/** Follows a run's log until the run has ended, over restarts of the server too. */
import { setTimeout as sleep } from "node:timers/promises";
import type { LogView } from "../server/http/presenters/log.ts";
import type { Api } from "./api.ts";
import { readEvents } from "./events.ts";
import { CommandError, EXIT } from "./exit.ts";

/** A server that is restarted is back long before. */
const PATIENCE = 60;

/** Calls `onLine` for each line; resolves once the run has ended. */
export async function followLog(
  api: Api,
  runId: string,
  onLine: (line: LogView) => void,
  from: string | null = null,
): Promise<void> {
  let last = from;
  for (let missed = 0; ; missed += 1) {
    try {
      const headers: Record<string, string> = {
        accept: "text/event-stream",
        ...(last === null ? {} : { "last-event-id": last }),
      };
      for await (const { event, id, data } of readEvents(await api.open(`/api/runs/${runId}/logs`, headers))) {
        if (event === "end") return;
        missed = 0;
        last = id ?? last;
        if (event === "log") onLine(JSON.parse(data) as LogView);
      }
    } catch (error) {
      if (!isPassing(error) || missed >= PATIENCE) throw error;
    }
    await sleep(1000);
  }
}

/** The server is away, or went away in the middle of an answer. */
function isPassing(error: unknown): boolean {
  return error instanceof CommandError ? error.exitCode === EXIT.unreachable : error instanceof TypeError;
}
