/**
 * The end of an attempt is not given up because the disk is full, or because another program holds the database: it is written again
 * until it stands. Its work is done, and to do it over would cost more than to wait.
 */
import { setTimeout as pause } from "node:timers/promises";
import { UltravisorError } from "../core/errors.ts";
import type { Logger } from "../core/ports.ts";
import type { RunStore } from "../core/run-store.ts";

export interface Patience {
  readonly log: Logger;
  /** Aborts when the server stops: what is not written by then is left to the next start, which repeats the attempt. */
  readonly signal: AbortSignal;
  /** Resolves after so many milliseconds. */
  readonly wait?: (ms: number) => Promise<unknown>;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
const PASSING = new Set(["disk_full", "database_busy"]);

/** The store, whose writes that end an attempt are repeated while something keeps them that will pass. */
export function endsUntilWritten(transitions: RunStore, patience: Patience): RunStore {
  return {
    ...transitions,
    succeed: (...args) => untilWritten(() => transitions.succeed(...args), patience),
    retryLater: (...args) => untilWritten(() => transitions.retryLater(...args), patience),
    fail: (...args) => untilWritten(() => transitions.fail(...args), patience),
    skip: (...args) => untilWritten(() => transitions.skip(...args), patience),
    cancelled: (...args) => untilWritten(() => transitions.cancelled(...args), patience),
  };
}

async function untilWritten<Written>(write: () => Promise<Written>, patience: Patience): Promise<Written> {
  const { log, signal, wait = (ms) => pause(ms, undefined, { signal }).catch(() => undefined) } = patience;
  for (let ms = FIRST_WAIT_MS; ; ms = Math.min(ms * 2, LONGEST_WAIT_MS)) {
    try {
      return await unlessAborted(write(), signal);
    } catch (error) {
      if (!(error instanceof UltravisorError && PASSING.has(error.code)) || signal.aborted) throw error;
      if (ms === FIRST_WAIT_MS)
        log.warn({ err: error }, "the end of an attempt cannot be written now; it is tried again until it can");
      await wait(ms);
    }
  }
}

/** What is written then stands; what follows from it is done by the next start. */
async function unlessAborted<Written>(work: Promise<Written>, signal: AbortSignal): Promise<Written> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  if (signal.aborted) return work;
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
