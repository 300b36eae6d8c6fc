// Moves of many jobs at once: retry all, promote all, pause and resume.
import type { IQueueBackend } from "bullmq";
import { emit } from "./events.ts";
import { setMeta, unsetMeta } from "./meta.ts";
import { childRetried } from "./parents.ts";
import { linePlace, moved } from "./place.ts";
import { headOf } from "./rows.ts";
import { State } from "./schema.ts";
import type { Scope } from "./scope.ts";

type BulkVerbs = Pick<IQueueBackend, "retryFinishedJobs" | "promoteJobs" | "pause">;

const defaultCount = 1000;

/** The bulk part of a backend. */
export function bulkVerbs(scope: Scope): BulkVerbs {
  const { store, queue } = scope;
  return {
    retryFinishedJobs: (state = "failed", count = defaultCount, timestamp = Date.now()) =>
      store.perform(() => moveToLine(scope, state, count, timestamp)),
    promoteJobs: (count = defaultCount) => store.perform(() => moveToLine(scope, "delayed", count, undefined)),
    pause: (pause) =>
      store.perform(() => {
        if (pause) setMeta(store, queue, "paused", "1");
        else unsetMeta(store, queue, "paused");
        emit(store, queue, pause ? "paused" : "resumed");
      }),
  };
}

/** Puts up to `count` jobs of a state into the plain line; returns 1 when there may be more. */
function moveToLine(
  { store, queue }: Scope,
  from: "completed" | "failed" | "delayed",
  count: number,
  upto: number | undefined,
): number {
  const state = State[from];
  const jobs = store.sql.all<{ seq: number; id: string }>(
    `SELECT seq, id FROM job WHERE queue = ? AND state = ? ${upto === undefined ? "" : "AND rank <= ?"} ` +
      "ORDER BY rank, seq LIMIT ?",
    ...(upto === undefined ? [queue.id, state, count] : [queue.id, state, upto, count]),
  );
  for (const { seq, id } of jobs) {
    const job = headOf(store, queue, id);
    const place = linePlace(queue, "back");
    const cleared = from === "delayed" ? "" : `, ${from === "failed" ? "failed_reason" : "return_value"} = NULL`;
    store.sql.run(
      `UPDATE job SET state = ?, rank = ?, finished_on = NULL, processed_on = NULL ${cleared} WHERE seq = ?`,
      place.state,
      place.rank,
      seq,
    );
    if (job?.parent_key && from !== "delayed") childRetried(store, job, `${queue.name}:${id}`, from);
    emit(store, queue, "waiting", "jobId", id, "prev", from);
  }
  if (jobs.length > 0) moved(store, queue, state, State.waiting, jobs.length);
  return jobs.length < count ? 0 : 1;
}
