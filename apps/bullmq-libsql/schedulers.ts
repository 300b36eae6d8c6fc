// Job schedulers: registering one, making its next iteration, removing it, listing them.
import type { IQueueBackend, JobsOptions, RepeatableOptions } from "bullmq";
import { insertJob } from "./add.ts";
import { Refusal, refused } from "./errors.ts";
import { emit } from "./events.ts";
import { nextEvery } from "./every.ts";
import { nextNumber, type Queue } from "./queue.ts";
import { slice } from "./ranges.ts";
import { removeInBulk } from "./remove.ts";
import { headOf } from "./rows.ts";
import {
  findScheduler,
  isSchedulerJob,
  iterationId,
  pendingJobId,
  type SchedulerRow,
  saveScheduler,
} from "./scheduler-rows.ts";
import { State } from "./schema.ts";
import type { Scope } from "./scope.ts";
import type { Store } from "./store.ts";

type SchedulerVerbs = Pick<
  IQueueBackend,
  | "addJobScheduler"
  | "updateJobSchedulerNextMillis"
  | "removeJobScheduler"
  | "getJobScheduler"
  | "getJobSchedulerData"
  | "getJobSchedulersRange"
  | "getJobSchedulersCount"
  | "isJobScheduler"
>;

/** Options of one iteration; BullMQ adds the schedule it came from. */
type IterationOptions = JobsOptions & { repeat?: { every?: number; offset?: number } };

/** What `addJobScheduler` is asked for. */
interface Registration {
  id: string;
  next: number;
  data: string;
  template: JobsOptions;
  options: RepeatableOptions;
  jobOptions: IterationOptions;
}

/** How many busy time slots are passed over before giving up. */
const slotsToTry = 32;

/** The scheduler part of a backend. */
export function schedulerVerbs({ store, queue }: Scope): SchedulerVerbs {
  return {
    addJobScheduler: (id, next, data, template, options, jobOptions) =>
      store.perform(() => register(store, queue, { id: String(id), next, data, template, options, jobOptions })),
    updateJobSchedulerNextMillis: (id, next, _data, jobOptions, producerId) =>
      store.perform(() => advance(store, queue, String(id), next, jobOptions, producerId)),
    removeJobScheduler: (id) => store.perform(() => removeScheduler(store, queue, String(id))),
    getJobScheduler: (id) =>
      store.perform((): [string[] | null, string | null] => {
        const scheduler = findScheduler(store, queue, String(id));
        return scheduler ? [Object.entries(scheduler.fields).flat(), String(scheduler.next)] : [null, null];
      }),
    getJobSchedulerData: (id) => store.perform(() => findScheduler(store, queue, String(id))?.fields ?? {}),
    isJobScheduler: (id) => store.perform(() => isSchedulerJob(store, queue, String(id))),
    getJobSchedulersCount: () => store.perform(() => countSchedulers(store, queue)),
    getJobSchedulersRange: (start, end, asc) =>
      store.perform(() => {
        const [offset, limit] = slice(countSchedulers(store, queue), start, end);
        const order = asc ? "next, id" : "next DESC, id DESC";
        const rows = store.sql.all<{ id: string; next: number }>(
          `SELECT id, next FROM scheduler WHERE queue = ? ORDER BY ${order} LIMIT ? OFFSET ?`,
          queue.id,
          limit,
          offset,
        );
        return rows.flatMap(({ id, next }) => [id, String(next)]);
      }),
  };
}

function register(store: Store, queue: Queue, asked: Registration): [string, number] {
  const now = Date.now();
  const known = findScheduler(store, queue, asked.id);
  const every = asked.options.every;
  const sameEvery = known !== undefined && Number(known.fields.every) === every;
  let next = Number(asked.next);
  let offset = asked.options.offset || asked.jobOptions.repeat?.offset || 0;
  if (every) {
    const startDate = asked.options.startDate === undefined ? undefined : Number(asked.options.startDate);
    ({ next, offset } = nextEvery({ every, offset, startDate }, sameEvery ? known.next : undefined, now));
  }
  const replaced = known !== undefined && removeIteration(store, queue, known);
  if (replaced && every && sameEvery) next = known.next;
  const free = freeSlot(store, queue, asked.id, next, every);
  if (free === undefined && !replaced) {
    throw refused(every ? Refusal.schedulerSlotsBusy : Refusal.schedulerCollision, { command: "addJobScheduler" });
  }
  const at = free ?? (every ? known?.next : undefined) ?? next;
  // An iteration that was promoted may run when its own moment is still to come; the next one needs another id then.
  const again = free === undefined && !every ? `${iterationId(asked.id, at)}:${now}` : undefined;
  const keptOffset = replaced ? asked.options.offset || known?.fields.offset : offset;
  const fields = { ...fieldsOf(asked, keptOffset, known?.fields.ic ?? "1"), ...(again && { job: again }) };
  const scheduler = { id: asked.id, next: at, fields };
  saveScheduler(store, queue, scheduler);
  const jobId = addIteration(store, queue, scheduler, asked.jobOptions, asked.data, now);
  return [jobId, Math.max(at - now, 0)];
}

function fieldsOf(
  asked: Registration,
  offset: number | string | undefined,
  iterations: string,
): Record<string, string> {
  const { name, tz, limit, pattern, startDate, endDate, every } = asked.options;
  const template = JSON.stringify(asked.template ?? {});
  const given: Record<string, unknown> = { name, tz, limit, pattern, startDate, endDate, every, offset };
  if (template !== "{}") given.opts = template;
  if (asked.data && asked.data !== "{}") given.data = asked.data;
  given.ic = iterations;
  const present = Object.entries(given).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(present.map(([field, value]) => [field, String(value)]));
}

/** The moment itself, or for fixed intervals a later one whose job does not exist yet. */
function freeSlot(store: Store, queue: Queue, id: string, next: number, every: number | undefined): number | undefined {
  const tries = every ? slotsToTry + 1 : 1;
  for (let slot = 0; slot < tries; slot++) {
    const at = next + slot * (every ?? 0);
    if (!headOf(store, queue, iterationId(id, at))) return at;
  }
  return undefined;
}

/** Takes away the iteration that still waits for its turn. One that runs or ran stays, or that a paused queue holds. */
function removeIteration(store: Store, queue: Queue, scheduler: SchedulerRow): boolean {
  const job = headOf(store, queue, pendingJobId(scheduler));
  const idle = job?.state === State.delayed || job?.state === State.prioritized;
  if (!job || !(idle || (job.state === State.waiting && !queue.meta.has("paused")))) return false;
  removeInBulk(store, queue, job);
  return true;
}

/** Makes the iteration after the one that has just been claimed; nothing when another job asks. */
function advance(
  store: Store,
  queue: Queue,
  id: string,
  asked: number,
  jobOptions: IterationOptions,
  producerId: string | undefined,
): string | null {
  const scheduler = findScheduler(store, queue, id);
  if (!scheduler || producerId !== pendingJobId(scheduler)) return null;
  const now = Date.now();
  const every = Number(scheduler.fields.every ?? jobOptions.repeat?.every ?? 0);
  const offset = Number(scheduler.fields.offset ?? jobOptions.repeat?.offset ?? 0);
  const next = every ? nextEvery({ every, offset, startDate: undefined }, scheduler.next, now).next : Number(asked);
  const jobId = iterationId(id, next);
  if (headOf(store, queue, jobId)) {
    emit(store, queue, "duplicated", "jobId", jobId);
    return null;
  }
  const { job: _, ...kept } = scheduler.fields;
  const advanced = { id, next, fields: { ...kept, ic: String(Number(kept.ic ?? 0) + 1) } };
  saveScheduler(store, queue, advanced);
  return addIteration(store, queue, advanced, jobOptions, kept.data ?? "{}", now);
}

function addIteration(
  store: Store,
  queue: Queue,
  scheduler: SchedulerRow,
  jobOptions: IterationOptions,
  data: string,
  now: number,
): string {
  const id = pendingJobId(scheduler);
  nextNumber(queue);
  insertJob(store, queue, {
    id,
    name: scheduler.fields.name ?? "",
    data: data || "{}",
    opts: { ...jobOptions, delay: Math.max(scheduler.next - now, 0), jobId: id },
    timestamp: now,
    parentKey: undefined,
    parent: undefined,
    scheduler: scheduler.id,
    deduplication: jobOptions.deduplication?.id,
  });
  return id;
}

/** Returns 0 when a scheduler was removed, 1 when there was none. */
function removeScheduler(store: Store, queue: Queue, id: string): number {
  const scheduler = findScheduler(store, queue, id);
  if (!scheduler) return 1;
  const job = headOf(store, queue, pendingJobId(scheduler));
  if (job?.state === State.delayed) {
    removeInBulk(store, queue, job);
    emit(store, queue, "removed", "jobId", job.id, "prev", "delayed");
  }
  store.sql.run("DELETE FROM scheduler WHERE queue = ? AND id = ?", queue.id, id);
  return 0;
}

function countSchedulers(store: Store, queue: Queue): number {
  return store.sql.get<{ n: number }>("SELECT count(*) AS n FROM scheduler WHERE queue = ?", queue.id)?.n ?? 0;
}
