// bullmq-libsql: BullMQ 6 on a libSQL file. Hand `createLibsqlBackend` to Queue, Worker, QueueEvents or FlowProducer.
import type { BackendFactory } from "bullmq";
import { createBackend, type LibsqlConnectionOptions, type LibsqlQueueBackend } from "./backend.ts";

export type { LibsqlConnectionOptions, LibsqlQueueBackend };

/** BullMQ's backend factory for queue files: `new Queue(name, { connection: { url: "file:/path/queue.db" } }, createLibsqlBackend)`. */
export const createLibsqlBackend: BackendFactory<LibsqlQueueBackend, LibsqlConnectionOptions> = (name, options, role) =>
  createBackend(name, options, role);
