// The waiting and listening part of a backend: the event stream, and the worker's wait for its next job.
import type { IQueueBackend, StreamReadRaw } from "bullmq";
import { connectionClosed } from "./errors.ts";
import { cursorOf, emit, eventsAfter, newestEvent, trimEvents, waitForEvents } from "./events.ts";
import type { Scope } from "./scope.ts";
import { waitForWork } from "./wakeup.ts";

type StreamVerbs = Pick<
  IQueueBackend,
  "readEvents" | "publishEvent" | "trimEvents" | "waitForJob" | "disconnectBlocking" | "reconnectBlocking"
>;

/** What can end a wait: closing ends all of them, interrupting only the worker's. */
export interface Waits {
  closed: AbortController;
  interrupted: AbortController;
  /** The last event before this owner listened: what "only new ones" means until it has heard its first. */
  newest: number | undefined;
}

/** The stream part of a backend. */
export function streamVerbs({ store, queue }: Scope, waits: Waits): StreamVerbs {
  return {
    publishEvent: async (fields) => {
      const { event = "", ...rest } = fields;
      return store.perform(() => {
        emit(store, queue, String(event), ...Object.entries(rest).flat().map(String));
        return `${Date.now()}-${newestEvent(queue)}`;
      });
    },
    trimEvents: (maxLength) => store.perform(() => trimEvents(store, queue, maxLength)),
    readEvents: async (id, blockTimeout): Promise<StreamReadRaw> => {
      if (waits.closed.signal.aborted) throw connectionClosed();
      waits.newest ??= newestEvent(queue);
      const cursor = id === "$" ? waits.newest : cursorOf(store, queue, id);
      const found = await waitForEvents(queue, cursor, blockTimeout, waits.closed.signal);
      if (!found || waits.closed.signal.aborted) return null;
      const events = eventsAfter(store, queue, cursor);
      return events.length > 0 ? [[queue.name, events]] : null;
    },
    waitForJob: async (blockTimeout) => {
      const signals = [waits.closed.signal, waits.interrupted.signal];
      if (signals.some((signal) => signal.aborted)) return null;
      return (await waitForWork(store, queue, blockTimeout, signals)) ? { member: "0", score: 0 } : null;
    },
    disconnectBlocking: async () => waits.interrupted.abort(),
    reconnectBlocking: async () => {
      if (waits.interrupted.signal.aborted) waits.interrupted = new AbortController();
    },
  };
}
