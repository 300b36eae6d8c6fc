// A backend: one queue for one owner (a Queue, Worker, QueueEvents or FlowProducer), put together from its parts.
import { EventEmitter } from "node:events";
import type { IQueueBackend, QueueBaseOptions } from "bullmq";
import { addVerbs } from "./add.ts";
import { bulkVerbs } from "./bulk.ts";
import { claimVerbs } from "./claim.ts";
import { cleanVerbs } from "./clean.ts";
import { deduplicationVerbs } from "./deduplicate.ts";
import { dependencyVerbs } from "./dependencies.ts";
import { connectionClosed } from "./errors.ts";
import { newestEvent } from "./events.ts";
import { finishVerbs } from "./finish.ts";
import { getterVerbs } from "./getters.ts";
import { lockVerbs } from "./locks.ts";
import { logVerbs } from "./logs.ts";
import { metaVerbs } from "./meta.ts";
import { metricVerbs } from "./metrics.ts";
import { mutationVerbs } from "./mutate.ts";
import { splitKey } from "./parents.ts";
import { rateLimitVerbs } from "./rate-limit.ts";
import { removeVerbs } from "./remove.ts";
import { retryVerbs } from "./retry.ts";
import { schedulerVerbs } from "./schedulers.ts";
import type { OwnerOptions, Scope } from "./scope.ts";
import { stalledVerbs } from "./stalled.ts";
import { openStore, type Store } from "./store.ts";
import { streamVerbs, type Waits } from "./stream.ts";

/** How to reach the queue file: `{ url: "file:/path/queue.db" }`. */
export interface LibsqlConnectionOptions {
  url: string;
}

/** A BullMQ backend on a libSQL file. */
export type LibsqlQueueBackend = IQueueBackend & { readonly store: Store };

type Options = QueueBaseOptions<LibsqlConnectionOptions> & { prefix?: string };

/** The same three settings BullMQ hands to every backend factory. */
export interface BackendRole {
  blocking?: boolean;
  withBlockingConnection?: boolean;
}

const defaultPrefix = "bull";
let clientCount = 0;

// Taken at load time, as fake timers must not hold readiness back.
const afterThisTick = setImmediate;

/** Opens the queue file, or joins those in this process who have it open, and binds one queue of it. */
export function createBackend(name: string, options: Options, role: BackendRole = {}): LibsqlQueueBackend {
  const url = options.connection?.url;
  if (typeof url !== "string") {
    throw new TypeError(
      `bullmq-libsql expected connection: { url: "file:/path/queue.db" }, but connection.url is ${typeof url}. Name the queue file there.`,
    );
  }
  const store = openStore(url);
  const life = new Life(store, true);
  const backend = assemble(life, name, options);
  if (role.blocking) hearEvents(life, name, options);
  const workerName = (options as OwnerOptions).name;
  if (role.withBlockingConnection) void backend.setName(backend.clientName(workerName ? `:w:${workerName}` : ""));
  if (role.blocking) void backend.setName(backend.clientName(":qe"));
  process.nextTick(() => life.emit("ready"));
  return backend;
}

/** The owner's hold on the file, with the events BullMQ listens to. */
class Life extends EventEmitter {
  closing: Promise<void> | undefined;
  readonly store: Store;
  readonly owned: boolean;
  readonly waits: Waits = { closed: new AbortController(), interrupted: new AbortController(), newest: undefined };
  readonly onClose: (() => void)[] = [];
  // The file is open already; a tick later the owner has started what it starts in its constructor.
  readonly #ready = new Promise<void>((resolve) => afterThisTick(resolve));

  constructor(store: Store, owned: boolean) {
    super();
    this.store = store;
    this.owned = owned;
  }

  get minimumBlockTimeout(): number {
    return 0.001;
  }

  /** Waiting costs nothing and is woken reliably, so it may last. */
  get maximumBlockTimeout(): number {
    return 3600;
  }

  async waitUntilReady(): Promise<void> {
    if (this.closing) throw connectionClosed();
    return this.#ready;
  }

  async close(): Promise<void> {
    if (!this.owned) return;
    this.closing ??= this.#release();
    return this.closing;
  }

  async disconnect(): Promise<void> {
    this.waits.closed.abort();
  }

  async setName(name: string): Promise<void> {
    this.store.clients.set(this, { id: ++clientCount, name, since: Date.now() });
  }

  async getClientList(): Promise<string[]> {
    const lines = [...this.store.clients.values()].map(
      ({ id, name, since }) => `id=${id} addr=local name=${name} age=${Math.floor((Date.now() - since) / 1000)}`,
    );
    return [lines.join("\n")];
  }

  async #release(): Promise<void> {
    this.waits.closed.abort();
    this.store.clients.delete(this);
    for (const undo of this.onClose) undo();
    // Operations of this tick are still to be committed and answered.
    await this.store.perform(() => undefined).catch(() => undefined);
    this.store.leave();
    this.emit("close");
  }
}

function assemble(life: Life, name: string, options: Options): LibsqlQueueBackend {
  const { store, waits } = life;
  const prefix = options.prefix || defaultPrefix;
  const qualifiedName = `${prefix}:${name}`;
  const scope: Scope = {
    store,
    queue: store.queue(qualifiedName),
    options: options as OwnerOptions,
    isClosing: () => life.closing !== undefined,
  };
  return Object.assign(life, verbs(scope, waits), {
    qualifiedName,
    keys: {},
    toKey: (type: string) => `${qualifiedName}:${type}`,
    parseNodeKey: (key: string) => parseNodeKey(store, key),
    clientName: (suffix = "") => `${prefix}:${Buffer.from(name).toString("base64")}${suffix}`,
    forQueue: (queueName: string, queuePrefix?: string) =>
      assemble(new Life(store, false), queueName, { ...options, prefix: queuePrefix || prefix }),
    removeDeprecatedPriorityKey: () => Promise.resolve(0),
  });
}

function verbs(scope: Scope, waits: Waits) {
  return {
    ...addVerbs(scope),
    ...deduplicationVerbs(scope),
    ...claimVerbs(scope),
    ...finishVerbs(scope),
    ...retryVerbs(scope),
    ...bulkVerbs(scope),
    ...stalledVerbs(scope),
    ...lockVerbs(scope),
    ...rateLimitVerbs(scope),
    ...mutationVerbs(scope),
    ...logVerbs(scope),
    ...removeVerbs(scope),
    ...cleanVerbs(scope),
    ...schedulerVerbs(scope),
    ...getterVerbs(scope),
    ...dependencyVerbs(scope),
    ...metricVerbs(scope),
    ...metaVerbs(scope),
    ...streamVerbs(scope, waits),
  };
}

/** While somebody listens, recent events stay in memory and need not be read back from the file. */
function hearEvents(life: Life, name: string, options: Options & { autorun?: boolean }): void {
  const queue = life.store.queue(`${options.prefix || defaultPrefix}:${name}`);
  queue.listeners++;
  // Whoever listens at once misses nothing that happens before the first read.
  if (options.autorun !== false) life.waits.newest = newestEvent(queue);
  life.onClose.push(() => {
    queue.listeners--;
  });
}

/** Splits a job's key as the flow tree needs it. Only ids may hold colons beyond the two that separate the parts. */
function parseNodeKey(store: Store, key: string): { prefix: string; queueName: string; id: string } {
  const place = splitKey(store, key);
  const [prefix = "", queueName = "", ...rest] = key.split(":");
  if (!place) return { prefix, queueName, id: rest.join(":") };
  const colon = place.queue.name.lastIndexOf(":");
  return { prefix: place.queue.name.slice(0, colon), queueName: place.queue.name.slice(colon + 1), id: place.id };
}
