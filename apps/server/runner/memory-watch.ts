/** How much the process of an attempt grows while it has the process to itself, where its task limits that. */
import { type Breach, breachOf } from "../core/attempt-limits.ts";
import type { Assignment } from "../core/execution.ts";
import type { RunnerProcess } from "./process.ts";

export interface MemoryWatchParts {
  readonly process: RunnerProcess;
  readonly assignment: Assignment;
  /** Bytes that a process has in use. */
  memoryOf(pid: number): number;
}

const LOOK_INTERVAL = 250;

export class MemoryWatch {
  readonly #parts: MemoryWatchParts;
  readonly #limit: number | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #atStart: number;
  /** Never, where there is no limit. */
  readonly breached: Promise<Breach>;
  /** Bytes, all of the process, as far as it was looked at. */
  peak = 0;

  constructor(parts: MemoryWatchParts) {
    const { promise, resolve } = Promise.withResolvers<Breach>();
    this.#parts = parts;
    this.breached = promise;
    this.#limit = parts.assignment.spec.attemptLimits?.memory;
    this.#atStart = this.#look();
    if (this.#limit === undefined) return;
    parts.process.freshMemory ??= this.#atStart;
    this.#timer = setInterval(() => {
      const use = { memory: this.#look() - this.#atStart, processes: 0 };
      const breach = breachOf({ memory: this.#limit ?? 0 }, use);
      if (breach !== null) resolve(breach);
    }, LOOK_INTERVAL);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Whether the next attempt should rather have a fresh process: this one kept much of what its attempts took. */
  hasSwollen(): boolean {
    return this.#limit !== undefined && this.#look() - (this.#parts.process.freshMemory ?? 0) > this.#limit / 2;
  }

  #look(): number {
    const { pid } = this.#parts.process;
    const now = this.#limit === undefined || pid === undefined ? 0 : this.#parts.memoryOf(pid);
    this.peak = Math.max(this.peak, now);
    return now;
  }
}
