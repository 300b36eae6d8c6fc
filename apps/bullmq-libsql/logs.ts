// Log lines of a job.
import type { IQueueBackend } from "bullmq";
import { Refusal, refused } from "./errors.ts";
import type { Queue } from "./queue.ts";
import { slice } from "./ranges.ts";
import { headOf } from "./rows.ts";
import type { Scope } from "./scope.ts";
import type { Store } from "./store.ts";

type LogVerbs = Pick<IQueueBackend, "addLog" | "getJobLogs" | "clearLogs">;

/** The logging part of a backend. */
export function logVerbs({ store, queue }: Scope): LogVerbs {
  return {
    addLog: (jobId, logRow, keepLogs) => store.perform(() => addLine(store, queue, jobId, String(logRow), keepLogs)),
    clearLogs: (jobId, keepLogs) =>
      store.perform(() => {
        const job = headOf(store, queue, jobId);
        if (job) keepNewest(store, job.seq, keepLogs ?? 0);
      }),
    getJobLogs: (jobId, start, end, asc) =>
      store.perform(() => {
        const job = headOf(store, queue, jobId);
        return job ? page(store, job.seq, start, end, asc) : { logs: [], count: 0 };
      }),
  };
}

function addLine(store: Store, queue: Queue, jobId: string, text: string, keep: number | undefined): number {
  const job = headOf(store, queue, jobId);
  if (!job) throw refused(Refusal.jobMissing, { command: "addLog", jobId });
  const last = span(store, job.seq).last;
  store.sql.run("INSERT INTO log (job, line, text) VALUES (?, ?, ?)", job.seq, last + 1, text);
  if (last === 0) store.sql.run("UPDATE job SET has_logs = 1 WHERE seq = ?", job.seq);
  if (keep) keepNewest(store, job.seq, keep);
  const { first, last: newest } = span(store, job.seq);
  return newest - first + 1;
}

/** Lines are numbered without gaps, so first and last tell how many there are. */
function span(store: Store, seq: number): { first: number; last: number } {
  const row = store.sql.get<{ first: number | null; last: number | null }>(
    "SELECT (SELECT line FROM log WHERE job = ?1 ORDER BY line LIMIT 1) AS first, " +
      "(SELECT line FROM log WHERE job = ?2 ORDER BY line DESC LIMIT 1) AS last",
    seq,
    seq,
  );
  return { first: row?.first ?? 1, last: row?.last ?? 0 };
}

function keepNewest(store: Store, seq: number, keep: number): void {
  store.sql.run("DELETE FROM log WHERE job = ? AND line <= ?", seq, span(store, seq).last - keep);
}

function page(store: Store, seq: number, start: number, end: number, asc: boolean): { logs: string[]; count: number } {
  const { first, last } = span(store, seq);
  const count = last - first + 1;
  const [offset, length] = slice(count, start, end);
  const rows = store.sql.all<{ text: string }>(
    `SELECT text FROM log WHERE job = ? ORDER BY line ${asc ? "ASC" : "DESC"} LIMIT ? OFFSET ?`,
    seq,
    length,
    offset,
  );
  return { logs: rows.map(({ text }) => text), count };
}
