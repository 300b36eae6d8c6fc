// What the cases of the queue contract work with: a queue of their own on a running server, and waiting for events.
import type { EventEmitter } from "node:events";
import { FlowProducer, type Processor, Queue, QueueEvents, Worker } from "bullmq";
import type { QueueServer } from "./queue-servers.ts";

/** A queue and the means to use it. */
export interface Bench {
  queue: Queue;
  worker: (processor: Processor, options?: object) => Worker;
  events: () => QueueEvents;
  flow: () => FlowProducer;
}

/** Registers one case of the contract. */
export type Its = (title: string, run: (bench: Bench) => Promise<void>) => void;

let counter = 0;

/** Opens a queue of its own on the server; `close` ends everything opened on it. */
export async function makeBench(server: QueueServer): Promise<Bench & { close: () => Promise<void> }> {
  const name = `contract-${process.pid}-${++counter}`;
  const options = { connection: server.connection } as never;
  const factory = server.factory as never;
  const open: { close: () => Promise<unknown> }[] = [];
  const kept = <T extends { close: () => Promise<unknown> }>(thing: T): T => {
    open.push(thing);
    // BullMQ leaves a connection to PostgreSQL behind, which complains when the server stops.
    (thing as T & Partial<EventEmitter>).on?.("error", () => undefined);
    return thing;
  };
  const queue = kept(new Queue(name, options, factory));
  await queue.waitUntilReady();
  return {
    queue,
    worker: (processor, more = {}) =>
      kept(new Worker(name, processor, { ...(options as object), ...more } as never, factory)),
    events: () => kept(new QueueEvents(name, { ...(options as object), lastEventId: "0" } as never, factory)),
    flow: () => kept(new FlowProducer(options, factory)),
    close: async () => {
      for (const thing of open.splice(1).reverse()) await thing.close();
      await queue.obliterate({ force: true });
      await queue.close();
    },
  };
}

/** Resolves with the first argument of the n-th event of this name. */
export function ended<T = unknown>(emitter: EventEmitter, event: string, times = 1): Promise<T> {
  let seen = 0;
  const { promise, resolve } = Promise.withResolvers<T>();
  emitter.on(event, (value: T) => {
    if (++seen === times) resolve(value);
  });
  return promise;
}
