// Changing a job where it stands: data, progress, delay, priority, logs.
import type { IQueueBackend } from "bullmq";
import { Refusal, refused } from "./errors.ts";
import { emit } from "./events.ts";
import { dueAt, dueTime, moved, readyPlace } from "./place.ts";
import { headOf, type JobHead } from "./rows.ts";
import { State } from "./schema.ts";
import type { Scope } from "./scope.ts";

type MutationVerbs = Pick<IQueueBackend, "updateData" | "updateProgress" | "changeDelay" | "changePriority">;

/** The changing part of a backend. */
export function mutationVerbs(scope: Scope): MutationVerbs {
  const { store, queue } = scope;
  return {
    updateData: (job, data) => {
      const text = JSON.stringify(data ?? {});
      return store.perform(() => {
        const { seq } = existing(scope, "updateData", String(job.id));
        store.sql.run("UPDATE job SET data = ? WHERE seq = ?", text, seq);
      });
    },
    updateProgress: (jobId, progress) => {
      const text = JSON.stringify(progress) ?? "null";
      return store.perform(() => {
        const { seq } = existing(scope, "updateProgress", jobId);
        store.sql.run("UPDATE job SET progress = ? WHERE seq = ?", text, seq);
        emit(store, queue, "progress", "jobId", String(jobId), "data", text);
      });
    },
    changeDelay: (jobId, delay) => store.perform(() => changeDelay(scope, jobId, Number(delay))),
    changePriority: (jobId, priority = 0, lifo = false) =>
      store.perform(() => changePriority(scope, jobId, Number(priority), lifo)),
  };
}

function changeDelay(scope: Scope, jobId: string, delay: number): void {
  const { store, queue } = scope;
  const job = existing(scope, "changeDelay", jobId);
  if (job.state !== State.delayed) {
    throw refused(Refusal.notInState, { command: "changeDelay", jobId, state: "delayed" });
  }
  const due = dueTime(Date.now(), delay);
  store.sql.run("UPDATE job SET delay = ?, rank = ? WHERE seq = ?", delay, due, job.seq);
  queue.due = "unknown";
  dueAt(store, queue, due);
  emit(store, queue, "delayed", "jobId", jobId, "delay", String(due));
}

function changePriority(scope: Scope, jobId: string, priority: number, lifo: boolean): void {
  const { store, queue } = scope;
  const job = existing(scope, "changePriority", jobId);
  if (job.state !== State.waiting && job.state !== State.prioritized) {
    store.sql.run("UPDATE job SET priority = ? WHERE seq = ?", priority, job.seq);
    return;
  }
  const place = readyPlace(queue, priority, lifo ? "front" : "back");
  store.sql.run(
    "UPDATE job SET priority = ?, state = ?, rank = ? WHERE seq = ?",
    priority,
    place.state,
    place.rank,
    job.seq,
  );
  moved(store, queue, job.state, place.state);
}

function existing({ store, queue }: Scope, command: string, jobId: string): JobHead {
  const job = headOf(store, queue, String(jobId));
  if (!job) throw refused(Refusal.jobMissing, { command, jobId });
  return job;
}
