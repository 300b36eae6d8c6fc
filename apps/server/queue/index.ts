/**
 * Delivery of task runs through BullMQ: one queue per kind, one job per task run, jobId = task run id. The job carries nothing but
 * that id; the row says everything else, so a job that comes twice or too late does no harm.
 */
import { DelayedError, type Job, type JobsOptions, type Queue, type Worker } from "bullmq";
import type { Delivery } from "../core/entities.ts";
import type { Clock, Logger, TaskQueue } from "../core/ports.ts";
import { queuePriority } from "../core/priority.ts";
import { KINDS, type Kind } from "../core/words.ts";
import type { QueueBackend } from "./backend.ts";

export interface TaskQueueOptions {
  readonly backend: QueueBackend;
  readonly concurrency: Readonly<Record<Kind, number>>;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface BullTaskQueue extends TaskQueue {
  /** For bull-board. */
  readonly queues: readonly Queue[];
}

/** The rows are the history; the queue keeps just enough to look at. */
const KEPT: JobsOptions = { removeOnComplete: { count: 1000 }, removeOnFail: { count: 1000 } };
/** Nobody listens to the queues: what happens is told by `events` of the engine. */
const NO_EVENTS = { events: { maxLen: 0 } };
/** The row counts interruptions; the queue must not give up before it. */
const MOST_STALLS = 1_000_000;
/** Finding out whether jobs exist is one question each; more at once would crowd out the work. */
const QUESTIONS_AT_ONCE = 50;
/** A fan-out of thousands must not keep everything else waiting; what a crash leaves out, reconcile adds. */
const JOBS_AT_ONCE = 250;

export function createTaskQueue(options: TaskQueueOptions): BullTaskQueue {
  const { backend, clock, log } = options;
  const queues = Object.fromEntries(
    KINDS.map((kind) => [kind, backend.queue(kind, { defaultJobOptions: KEPT, streams: NO_EVENTS })]),
  ) as Record<Kind, Queue>;
  for (const queue of Object.values(queues))
    queue.on("error", (error) => log.error({ err: error, queue: queue.name }, "the queue has a problem"));
  let workers: Worker[] = [];
  return {
    queues: Object.values(queues),
    async add(deliveries, { again = false } = {}) {
      for (const [kind, ofKind] of Map.groupBy(deliveries, (delivery) => delivery.kind)) {
        for (let i = 0; i < ofKind.length; i += JOBS_AT_ONCE) {
          const some = ofKind.slice(i, i + JOBS_AT_ONCE);
          if (again) await Promise.all(some.map((delivery) => removeFinished(queues[kind], delivery.taskRunId)));
          await queues[kind].addBulk(some.map((delivery) => toJob(delivery, clock())));
        }
      }
    },
    async remove(taskRunIds) {
      await Promise.all(
        taskRunIds.flatMap((id) => Object.values(queues).map((queue) => queue.remove(id).catch(() => 0))),
      );
    },
    async missing(deliveries) {
      const found: Delivery[] = [];
      for (let i = 0; i < deliveries.length; i += QUESTIONS_AT_ONCE) {
        const some = deliveries.slice(i, i + QUESTIONS_AT_ONCE);
        const live = await Promise.all(some.map((delivery) => hasLiveJob(queues[delivery.kind], delivery.taskRunId)));
        found.push(...some.filter((_, at) => !live[at]));
      }
      return found;
    },
    async work(handle) {
      workers = KINDS.map((kind) => startWorker(options, kind, handle));
      await Promise.all(workers.map((worker) => worker.waitUntilReady()));
    },
    async counts() {
      const counted = await Promise.all(KINDS.map(async (kind) => [kind, await queues[kind].getJobCounts()] as const));
      return Object.fromEntries(counted) as Record<Kind, Record<string, number>>;
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.close()));
      await Promise.all(Object.values(queues).map((queue) => queue.close()));
    },
  };
}

function startWorker(
  { backend, concurrency, clock, log }: TaskQueueOptions,
  kind: Kind,
  handle: Parameters<TaskQueue["work"]>[0],
): Worker {
  async function process(job: Job, token?: string): Promise<void> {
    const delay = await handle(String(job.id), kind);
    if (delay === null) return;
    await job.moveToDelayed(clock() + delay, token);
    throw new DelayedError();
  }
  const worker = backend.worker(kind, process, { concurrency: concurrency[kind], maxStalledCount: MOST_STALLS });
  worker.on("error", (error) => log.error({ err: error, kind }, "a worker has a problem"));
  worker.on("failed", (job, error) =>
    log.error({ err: error, taskRun: job?.id }, "a delivery failed; reconcile delivers it again"),
  );
  return worker;
}

function toJob(delivery: Delivery, now: number): { name: string; data: object; opts: JobsOptions } {
  const delay = Math.max(0, delivery.availableAt - now);
  const priority = queuePriority(delivery.priority);
  return {
    name: delivery.task,
    data: { run: delivery.runId },
    opts: {
      jobId: delivery.taskRunId,
      ...(delay > 0 ? { delay } : {}),
      ...(priority === undefined ? {} : { priority }),
    },
  };
}

/** BullMQ ignores an added job whose id it has seen; one that has ended must go first. One that is alive stays. */
async function removeFinished(queue: Queue, jobId: string): Promise<void> {
  const state = await queue.getJobState(jobId);
  if (state === "completed" || state === "failed") await queue.remove(jobId);
}

async function hasLiveJob(queue: Queue, jobId: string): Promise<boolean> {
  const state = await queue.getJobState(jobId);
  return state !== "unknown" && state !== "completed" && state !== "failed";
}
