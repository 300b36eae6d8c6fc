/** Which BullMQ backend lies below: chosen by one URL, invisible to everything above. */
import {
  type ConnectionOptions,
  createPostgresBackend,
  type PostgresConnectionOptions,
  Queue,
  type QueueOptions,
  Worker,
  type WorkerOptions,
} from "bullmq";
import { createLibsqlBackend, type LibsqlConnectionOptions } from "../../bullmq-libsql/index.ts";

type Processor = ConstructorParameters<typeof Worker>[1];

export interface QueueBackend {
  /** `libsql`, `redis` or `postgres`. */
  readonly name: string;
  queue(name: string, options?: Omit<QueueOptions, "connection">): Queue;
  worker(name: string, processor: Processor, options: Omit<WorkerOptions, "connection">): Worker;
}

/** @param url `libsql` (a file in the data folder), `redis://…` or `postgres://…` */
export function chooseBackend(url: string, libsqlFile: string): QueueBackend {
  if (url === "libsql") {
    const connection: LibsqlConnectionOptions = { url: `file:${libsqlFile}` };
    return {
      name: "libsql",
      queue: (name, options) => new Queue(name, { ...options, connection }, createLibsqlBackend) as unknown as Queue,
      worker: (name, processor, options) =>
        new Worker(name, processor, { ...options, connection }, createLibsqlBackend) as unknown as Worker,
    };
  }
  if (/^rediss?:/.test(url)) {
    // BullMQ's blocking commands must wait without a retry limit.
    const connection: ConnectionOptions = { url, maxRetriesPerRequest: null };
    return {
      name: "redis",
      queue: (name, options) => new Queue(name, { ...options, connection }),
      worker: (name, processor, options) => new Worker(name, processor, { ...options, connection }),
    };
  }
  if (/^postgres(ql)?:/.test(url)) {
    const connection: PostgresConnectionOptions = { connectionString: url, migrate: true };
    return {
      name: "postgres",
      queue: (name, options) => new Queue(name, { ...options, connection }, createPostgresBackend) as unknown as Queue,
      worker: (name, processor, options) =>
        new Worker(name, processor, { ...options, connection }, createPostgresBackend) as unknown as Worker,
    };
  }
  throw new Error(`ULTRAVISOR_QUEUE: expected libsql, redis://… or postgres://…, got ${JSON.stringify(url)}`);
}
