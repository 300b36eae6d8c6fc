/** Log lines of executing task runs: gathered for a moment, written together, then told to whoever follows. */

import type { LogStore } from "../core/engine-stores.ts";
import type { LogEntry } from "../core/entities.ts";
import type { LogLine } from "../core/execution.ts";
import type { Logger, Notices } from "../core/ports.ts";
import type { Ticket } from "../core/run-store.ts";

export interface Journal {
  write(ticket: Ticket, line: LogLine): void;
  /** Resolves once everything written so far is durable. */
  flush(): Promise<void>;
}

const GATHER_MS = 40;

export function createJournal(store: LogStore, notices: Notices, log: Logger): Journal {
  let gathered: Omit<LogEntry, "seq">[] = [];
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<unknown> = Promise.resolve();

  function flush(): Promise<void> {
    if (timer) clearTimeout(timer);
    timer = null;
    const batch = gathered;
    gathered = [];
    // Handed to the store at once, which writes in the order it was asked to.
    if (batch.length > 0) writing = Promise.all([writing, append(batch)]);
    return writing.then(() => undefined);
  }
  async function append(batch: readonly Omit<LogEntry, "seq">[]): Promise<void> {
    try {
      const entries = await store.append(batch);
      for (const [runId, ofRun] of Map.groupBy(entries, (entry) => entry.runId))
        notices.publish({ type: "logs", runId, entries: ofRun });
    } catch (error) {
      log.error({ err: error, lines: batch.length }, "log lines could not be written and are lost");
    }
  }
  return {
    write(ticket, line) {
      gathered.push({ runId: ticket.runId, taskRunId: ticket.taskRunId, attempt: ticket.attempt, ...line });
      timer ??= setTimeout(() => void flush(), GATHER_MS);
    },
    flush,
  };
}
