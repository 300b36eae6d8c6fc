/** Follows the log of a run: first what is stored, then what comes, until the run has ended. */
import { useEffect, useRef, useState } from "react";
import type { LogEntry } from "../api.ts";
import { api } from "../client.ts";

/** Older lines than these many leave the screen, not the server. */
export const MAX_LINES = 20_000;

/** Lines are put on the screen this often, however fast they come. */
const SHOW_EVERY = 250;

export interface FollowedLog {
  readonly entries: readonly LogEntry[];
  /** How many older lines were left out. */
  readonly dropped: number;
  readonly status: "loading" | "following" | "ended" | "interrupted";
}

/**
 * @param task only lines of this task run
 * @param endedAt when the run ended, if it did; after a retry, following goes on behind the last line, however soon it ended again
 */
export function useLog(runId: string, task: string | undefined, endedAt: string | null): FollowedLog {
  const [log, setLog] = useState<FollowedLog>({ entries: [], dropped: 0, status: "loading" });
  const last = useRef(0);
  useEffect(() => {
    const query = { task, cursor: last.current === 0 ? undefined : String(last.current) };
    const url = api.runs[":id"].logs.$url({ param: { id: runId }, query });
    return follow(url, endedAt !== null, {
      append: (entries) => {
        const fresh = entries.filter((entry) => entry.seq > last.current);
        last.current = fresh.at(-1)?.seq ?? last.current;
        setLog((log) => appended(log, fresh));
      },
      status: (status) => setLog((log) => ({ ...log, status })),
    });
  }, [runId, task, endedAt]);
  return log;
}

interface Listener {
  append(entries: readonly LogEntry[]): void;
  status(status: FollowedLog["status"]): void;
}

function follow(url: URL, final: boolean, listener: Listener): () => void {
  const source = new EventSource(url);
  let waiting: LogEntry[] = [];
  const show = (): void => {
    if (waiting.length > 0) listener.append(waiting);
    waiting = [];
  };
  const timer = window.setInterval(show, SHOW_EVERY);
  const close = (): void => {
    source.close();
    window.clearInterval(timer);
  };
  source.onopen = () => listener.status(final ? "loading" : "following");
  source.onerror = () => listener.status("interrupted");
  source.addEventListener("log", (message) => waiting.push(JSON.parse(message.data) as LogEntry));
  source.addEventListener("end", () => {
    show();
    listener.status("ended");
    close();
  });
  return close;
}

function appended(log: FollowedLog, fresh: readonly LogEntry[]): FollowedLog {
  const all = [...log.entries, ...fresh];
  const over = Math.max(0, all.length - MAX_LINES);
  return { ...log, entries: over === 0 ? all : all.slice(over), dropped: log.dropped + over };
}
