// What every part of a backend works on: one queue in one file, for one owner with its options.
import type { KeepJobs } from "bullmq";
import type { Queue } from "./queue.ts";
import type { Store } from "./store.ts";

/** The worker options that reach into the queue. */
export interface OwnerOptions {
  name?: string | undefined;
  lockDuration?: number | undefined;
  maxStalledCount?: number | undefined;
  stalledInterval?: number | undefined;
  limiter?: { max: number; duration: number } | undefined;
  metrics?: { maxDataPoints?: number } | undefined;
  removeOnComplete?: KeepJobs | undefined;
  removeOnFail?: KeepJobs | undefined;
}

/** One backend's view. */
export interface Scope {
  readonly store: Store;
  readonly queue: Queue;
  readonly options: OwnerOptions;
  /** Whether the owner is closing and wants no further job. */
  readonly isClosing: () => boolean;
}
