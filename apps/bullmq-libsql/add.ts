// Adding jobs: one, many, or a whole flow; each job goes straight to the state its options ask for.
import type { IQueueBackend, JobJson, JobsOptions, ParentKeyOpts } from "bullmq";
import { deduplicate, deduplicateWithoutReplacing } from "./deduplicate.ts";
import { Refusal, refused } from "./errors.ts";
import { emit } from "./events.ts";
import { adoptChild, adoptExisting, findParent, releaseIfNoPending } from "./parents.ts";
import { delayedPlace, dueAt, dueTime, linePlace, moved, type Place, prioritizedPlace } from "./place.ts";
import { nextNumber, type Queue } from "./queue.ts";
import { headOf } from "./rows.ts";
import { State } from "./schema.ts";
import type { Scope } from "./scope.ts";
import type { Store } from "./store.ts";

/** A job about to be added, free of what only BullMQ's classes need. */
export interface NewJob {
  id: string;
  name: string;
  data: string;
  opts: JobsOptions;
  timestamp: number;
  parentKey: string | undefined;
  parent: JobJson["parent"];
  scheduler: string | undefined;
  deduplication: string | undefined;
}

/** How a flow's parents fared while its nodes are being added. */
interface FlowProgress {
  spoiled: Set<string>;
}

type AddVerbs = Pick<IQueueBackend, "addJob" | "addJobs" | "addFlow">;

/** The adding part of a backend. */
export function addVerbs({ store, queue }: Scope): AddVerbs {
  return {
    addJob: (job, jobId, parentOpts) => store.perform(() => addOrRefuse(store, queue, job, jobId, parentOpts)),
    addJobs: (entries) =>
      store.perform(() =>
        entries.map(({ job, jobId, parentKeyOpts }) => addOrRefuse(store, queue, job, jobId, parentKeyOpts)),
      ),
    addFlow: (entries) => store.perform(() => addFlow(store, entries)),
  };
}

/** Puts a job into the state its options ask for and tells of it; the caller has settled ids and duplicates. */
export function insertJob(store: Store, queue: Queue, job: NewJob, waitsForChildren = false): void {
  const delay = Number(job.opts.delay ?? 0);
  const priority = Number(job.opts.priority ?? 0);
  const due = dueTime(job.timestamp, delay);
  const place = waitsForChildren
    ? { state: State.waitingChildren, rank: job.timestamp }
    : delay > 0
      ? delayedPlace(due)
      : priority > 0
        ? prioritizedPlace(queue, priority, "back")
        : linePlace(queue, job.opts.lifo ? "front" : "back");
  store.sql.run(
    "INSERT INTO job (queue, id, state, rank, timestamp, delay, priority, name, parent_key, parent, scheduler, " +
      "deduplication, opts, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    queue.id,
    job.id,
    place.state,
    place.rank,
    job.timestamp,
    delay,
    priority,
    job.name,
    job.parentKey ?? null,
    job.parent && job.parentKey ? JSON.stringify(job.parent) : null,
    job.scheduler ?? null,
    job.deduplication ?? null,
    JSON.stringify(job.opts),
    job.data,
  );
  moved(store, queue, undefined, place.state);
  tellOfNewJob(store, queue, job, place, due);
}

function tellOfNewJob(store: Store, queue: Queue, job: NewJob, place: Place, due: number): void {
  emit(store, queue, "added", "jobId", job.id, "name", job.name);
  if (place.state === State.delayed) {
    dueAt(store, queue, due);
    emit(store, queue, "delayed", "jobId", job.id, "delay", String(due));
  } else if (place.state === State.waitingChildren) {
    emit(store, queue, "waiting-children", "jobId", job.id);
  } else {
    emit(store, queue, "waiting", "jobId", job.id);
  }
}

function addOrRefuse(store: Store, queue: Queue, json: JobJson, jobId: string, options?: ParentKeyOpts): string {
  const added = addOne(store, queue, json, jobId, options ?? {});
  if (typeof added === "string") return added;
  throw refused(added, { command: "addJob", jobId, parentKey: options?.parentKey });
}

function addFlow(store: Store, entries: Parameters<IQueueBackend["addFlow"]>[0]): [Error | null, string | number][] {
  const flow: FlowProgress = { spoiled: new Set() };
  const parents = new Set<string>();
  const results = entries.map(({ jobData, jobId, parentKeyOpts, prefix, queueName }): [null, string | number] => {
    const queue = store.queue(`${prefix || "bull"}:${queueName}`);
    if (parentKeyOpts.parentKey) parents.add(parentKeyOpts.parentKey);
    return [null, addOne(store, queue, jobData, jobId, parentKeyOpts, flow)];
  });
  for (const key of parents) {
    // A parent whose children were all finished before can go on, but only now that every sibling is known.
    if (!flow.spoiled.has(key)) releaseIfNoPending(store, findParent(store, key), Date.now());
  }
  return results;
}

function addOne(
  store: Store,
  queue: Queue,
  json: JobJson,
  jobId: string,
  options: ParentKeyOpts,
  flow?: FlowProgress,
): string | Refusal {
  const parentKey = json.parentKey ?? options.parentKey;
  const parent = parentKey ? findParent(store, parentKey, json.parent) : undefined;
  if (parentKey && !parent) return Refusal.parentMissing;
  const number = nextNumber(queue);
  store.touch(queue);
  const job: NewJob = {
    id: jobId ? String(jobId) : number,
    name: String(json.name),
    data: json.data,
    opts: json.opts ?? {},
    timestamp: Number(json.timestamp),
    parentKey,
    parent: json.parent,
    scheduler: json.repeatJobKey,
    deduplication: json.deduplicationId,
  };
  const existing = jobId ? headOf(store, queue, job.id) : undefined;
  if (existing) {
    const adopted = adoptExisting(store, queue, existing, job, parent, flow !== undefined);
    if (!adopted && parentKey) flow?.spoiled.add(parentKey);
    return adopted ? job.id : Refusal.parentCannotBeReplaced;
  }
  const duplicateOf = options.addToWaitingChildren
    ? deduplicateWithoutReplacing(store, queue, job)
    : deduplicate(store, queue, job);
  if (duplicateOf) return duplicateOf;
  insertJob(store, queue, job, options.addToWaitingChildren);
  if (parent) adoptChild(store, parent, `${queue.name}:${job.id}`, job.timestamp);
  return job.id;
}
