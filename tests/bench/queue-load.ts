// The work a queue benchmark measures, the same on every database: adding and processing jobs that do nothing.
import { Queue, Worker } from "bullmq";
import type { AnyFactory, QueueServer } from "../contract/queue-servers.ts";

/** Jobs per second, by what was measured. */
export type Rates = Record<Measure, number>;
export const measures = ["one by one", "at once", "in bulk", "concurrency 1", "concurrency 50"] as const;
export type Measure = (typeof measures)[number];

const payload = { to: "ada@example.com", template: "welcome", tries: 3 };
const bulkSize = 1000;

/** Opens the classes on a server. */
export function classesOn(server: QueueServer): {
  queue: (name: string) => Queue;
  worker: (name: string, concurrency: number, processor?: () => Promise<unknown>) => Worker;
} {
  const connection = { connection: server.connection };
  const factory = server.factory as AnyFactory as never;
  return {
    queue: (name) => new Queue(name, connection as never, factory),
    worker: (name, concurrency, processor = async () => ({ ok: true })) =>
      new Worker(name, processor, { ...connection, concurrency, autorun: false } as never, factory),
  };
}

/** Measures everything once; `jobs` is how many each measure handles. */
export async function measure(server: QueueServer, jobs: number): Promise<Rates> {
  const { queue: open } = classesOn(server);
  const queue = open("bench");
  await queue.waitUntilReady();
  const rates = {} as Rates;
  rates["one by one"] = await rate(jobs, () => addOneByOne(queue, jobs));
  rates["at once"] = await rate(jobs, () => addAtOnce(queue, jobs));
  await queue.obliterate({ force: true });
  for (const concurrency of [1, 50] as const) {
    rates["in bulk"] = Math.max(rates["in bulk"] ?? 0, await rate(jobs, () => addInBulk(queue, jobs)));
    rates[`concurrency ${concurrency}`] = await processingRate(server, "bench", concurrency, jobs);
  }
  await queue.obliterate({ force: true });
  await queue.close();
  return rates;
}

/** Adds jobs a thousand at a time. */
export async function addInBulk(queue: Queue, jobs: number, options: object = {}): Promise<void> {
  for (let added = 0; added < jobs; added += bulkSize) {
    const size = Math.min(bulkSize, jobs - added);
    await queue.addBulk(Array.from({ length: size }, () => ({ name: "job", data: payload, opts: { ...options } })));
  }
}

/** Jobs per second of a worker that empties the queue. */
export async function processingRate(
  server: QueueServer,
  name: string,
  concurrency: number,
  jobs: number,
): Promise<number> {
  const worker = classesOn(server).worker(name, concurrency);
  await worker.waitUntilReady();
  let done = 0;
  const all = new Promise<void>((resolve) => {
    worker.on("completed", () => {
      if (++done === jobs) resolve();
    });
  });
  const result = await rate(jobs, () => {
    void worker.run();
    return all;
  });
  await worker.close();
  return result;
}

/** Adds jobs one after the other, each when the one before is acknowledged. */
export async function addOneByOne(queue: Queue, jobs: number): Promise<void> {
  for (let added = 0; added < jobs; added++) await queue.add("job", payload);
}

async function addAtOnce(queue: Queue, jobs: number): Promise<void> {
  for (let added = 0; added < jobs; added += 100) {
    await Promise.all(Array.from({ length: 100 }, () => queue.add("job", payload)));
  }
}

/** Jobs per second of some work. */
export async function rate(jobs: number, work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (jobs * 1000) / (performance.now() - start);
}
