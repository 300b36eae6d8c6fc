/** A bull-board of its own, served from this process, over a real queue in a libSQL file: what users of `bullmq-libsql` build. */
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createBullBoard } from "@bull-board/api";
import { BullMQAdapter } from "@bull-board/api/bullMQAdapter";
import { HonoAdapter } from "@bull-board/hono";
import { createAdaptorServer } from "@hono/node-server";
import { serveStatic } from "@hono/node-server/serve-static";
import { FlowProducer, type Job, type Processor, Queue, Worker, type WorkerOptions } from "bullmq";
import { Hono } from "hono";
import { createLibsqlBackend } from "../../apps/bullmq-libsql/index.ts";

export interface Board {
  readonly url: string;
  /** The queue `mail`. */
  readonly queue: Queue;
  readonly flows: FlowProducer;
  /** A real worker of the queue; it ends with the board. */
  work(processor: Processor, options?: Partial<WorkerOptions>): Worker;
  close(): Promise<void>;
}

export async function startBoard(): Promise<Board> {
  const folder = await mkdtemp(join(tmpdir(), "bull-board-"));
  const connection = { url: `file:${join(folder, "queue.db")}` };
  const queue = new Queue("mail", { connection }, createLibsqlBackend) as unknown as Queue;
  const flows = new FlowProducer({ connection }, createLibsqlBackend) as unknown as FlowProducer;
  const workers: Worker[] = [];
  const server = await serve(queue);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/board`,
    queue,
    flows,
    work(processor, options) {
      const worker = new Worker("mail", processor, { ...options, connection }, createLibsqlBackend);
      workers.push(worker as unknown as Worker);
      return worker as unknown as Worker;
    },
    async close() {
      server.close();
      await Promise.all(workers.map((worker) => worker.close()));
      await Promise.all([queue.close(), flows.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The next job that a worker completes, or fails at. */
export function nextEnded(worker: Worker): Promise<Job> {
  return new Promise((done) => {
    worker.once("completed", (job) => done(job));
    worker.once("failed", (job) => job !== undefined && done(job));
  });
}

async function serve(queue: Queue): Promise<ReturnType<typeof createAdaptorServer>> {
  const adapter = new HonoAdapter(serveStatic).setBasePath("/board");
  createBullBoard({
    queues: [new BullMQAdapter(queue)],
    serverAdapter: adapter,
    options: { uiConfig: { hideRedisDetails: true, showMetrics: true } },
  });
  const server = createAdaptorServer({ fetch: new Hono().route("/board", adapter.registerPlugin()).fetch });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}
