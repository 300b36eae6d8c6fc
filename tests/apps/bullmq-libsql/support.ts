// What the tests of the queue backend share: queues on a file of their own, and waiting for events instead of sleeping.
import type { EventEmitter } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type JobsOptions, type Processor, Queue, QueueEvents, Worker, type WorkerOptions } from "bullmq";
import {
  createLibsqlBackend,
  type LibsqlConnectionOptions,
  type LibsqlQueueBackend,
} from "../../../apps/bullmq-libsql/index.ts";

type LibsqlQueue = ReturnType<typeof makeQueue>;
type LibsqlWorker = ReturnType<typeof makeWorker>;
type LibsqlEvents = ReturnType<typeof makeEvents>;

/** A folder with one queue file, and the means to use it. */
export interface Bench {
  url: string;
  queue: (name?: string) => LibsqlQueue;
  worker: (processor: Processor, options?: Partial<WorkerOptions>, name?: string) => LibsqlWorker;
  events: (name?: string) => LibsqlEvents;
  add: (name: string, data?: unknown, options?: JobsOptions) => Promise<string>;
  close: () => Promise<void>;
}

/** Makes a bench; `close` ends everything that was made on it. */
export function makeBench(): Bench {
  const folder = mkdtempSync(join(tmpdir(), "bullmq-libsql-"));
  const url = `file:${join(folder, "queue.db")}`;
  const open: { close: () => Promise<unknown> }[] = [];
  const kept = <T extends { close: () => Promise<unknown> }>(thing: T): T => {
    open.push(thing);
    return thing;
  };
  const queues = new Map<string, LibsqlQueue>();
  const queue = (name = "jobs"): LibsqlQueue => {
    const known = queues.get(name) ?? kept(makeQueue(name, url));
    queues.set(name, known);
    return known;
  };
  return {
    url,
    queue,
    worker: (processor, options = {}, name = "jobs") => kept(makeWorker(name, processor, url, options)),
    events: (name = "jobs") => kept(makeEvents(name, url)),
    add: async (name, data = {}, options = {}) => String((await queue().add(name, data, options)).id),
    close: async () => {
      for (const thing of open.splice(0).reverse()) await thing.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The next event of this name, or the next that fits. */
export function next<T = unknown>(
  emitter: EventEmitter,
  event: string,
  fits: (...args: T[]) => boolean = () => true,
): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<T>();
  emitter.on(event, (...args: T[]) => {
    if (fits(...args)) resolve(args[0] as T);
  });
  return promise;
}

/** A backend of its own, for what only the backend can tell. */
export function backendOn(url: string, name = "jobs"): LibsqlQueueBackend {
  return createLibsqlBackend(name, { connection: { url } });
}

function makeQueue(name: string, url: string) {
  return new Queue<unknown, unknown, string, unknown, unknown, string, LibsqlQueueBackend, LibsqlConnectionOptions>(
    name,
    { connection: { url } },
    createLibsqlBackend,
  );
}

function makeWorker(name: string, processor: Processor, url: string, options: Partial<WorkerOptions>) {
  const { connection: _, ...rest } = options;
  return new Worker(name, processor, { ...rest, connection: { url } }, createLibsqlBackend);
}

function makeEvents(name: string, url: string) {
  return new QueueEvents(name, { connection: { url } }, createLibsqlBackend);
}
