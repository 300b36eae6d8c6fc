/** Server-sent events: a stream that sleeps until woken, and ends with the client or the server. */
import { streamSSE } from "hono/streaming";
import type { AppContext } from "./endpoint.ts";

/** A comment this often tells both sides that the other still lives. */
const KEEP_ALIVE = 15_000;
/** Milliseconds that follow a look before `wakeSoon` leads to the next one: a busy run would cost as much to watch as to execute. */
const GATHER = 50;

export interface EventStream {
  /** True once nobody reads any more, or the server stops. */
  readonly ended: boolean;
  send(event: string, data: unknown, id?: number): Promise<void>;
  /** Something may have happened: the next `woken` returns at once. */
  wake(): void;
  /** As `wake`, but what comes within 50 ms is told together. */
  wakeSoon(): void;
  /** Resolves after `wake`, at the end of the stream, or to keep the connection alive. */
  woken(): Promise<void>;
}

/** Answers with a stream; it ends when `produce` does. */
export function eventStream(c: AppContext, produce: (stream: EventStream) => Promise<void>): Response {
  c.header("x-accel-buffering", "no");
  return streamSSE(c, async (out) => {
    const bell = createBell();
    let ended = out.aborted;
    let toldAt = Number.NEGATIVE_INFINITY;
    let soon: NodeJS.Timeout | undefined;
    const ringSoon = (): void => {
      soon ??= setTimeout(
        () => {
          soon = undefined;
          bell.ring();
        },
        Math.max(0, toldAt + GATHER - performance.now()),
      ).unref();
    };
    const end = (): void => {
      ended = true;
      bell.ring();
    };
    out.onAbort(end);
    const closing = c.env?.closing;
    if (closing?.aborted) end();
    closing?.addEventListener("abort", end);
    try {
      await produce({
        get ended() {
          return ended;
        },
        send: async (event, data, id) => {
          await out.writeSSE({ event, data: JSON.stringify(data), ...(id === undefined ? {} : { id: String(id) }) });
        },
        wake: bell.ring,
        wakeSoon: ringSoon,
        woken: async () => {
          toldAt = performance.now();
          if (!(await bell.heard(KEEP_ALIVE)) && !ended) await out.write(": still here\n\n");
        },
      });
    } finally {
      clearTimeout(soon);
      closing?.removeEventListener("abort", end);
    }
  });
}

/** The `Last-Event-ID` a client resumes from, or null. */
export function lastEventId(c: AppContext): number | null {
  const text = c.req.header("last-event-id");
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** Whether the client would rather follow than read once. */
export function wantsStream(c: AppContext): boolean {
  return (c.req.header("accept") ?? "").includes("text/event-stream");
}

interface Bell {
  ring(): void;
  /** True: it rang, perhaps before; false: the time was up. */
  heard(timeout: number): Promise<boolean>;
}

function createBell(): Bell {
  let rung = false;
  let listener: (() => void) | null = null;
  return {
    ring() {
      rung = true;
      listener?.();
    },
    heard(timeout) {
      return new Promise((resolve) => {
        const timer = setTimeout(() => finish(false), timeout).unref();
        const finish = (heard: boolean): void => {
          clearTimeout(timer);
          listener = null;
          rung = false;
          resolve(heard);
        };
        listener = () => finish(true);
        if (rung) finish(true);
      });
    },
  };
}
