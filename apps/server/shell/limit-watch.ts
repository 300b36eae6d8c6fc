/** Looks at what running commands have, and tells which of them has more than it may. One look for all of them. */
import { type AttemptLimits, type AttemptUse, type Breach, breachOf, nearLimit } from "../core/attempt-limits.ts";
import { Census, type Counted } from "./census.ts";
import { countThreads, memoryOf, sharedOutMemoryOf, signalOne } from "./processes.ts";

export interface Watched extends Counted {
  readonly limits: AttemptLimits;
  /** Called once, with the processes that were counted. */
  onBreach(breach: Breach, pids: readonly number[]): void;
  warn(text: string): void;
  /** What it has now; memory is looked at where it is limited. */
  onLook(use: AttemptUse): void;
}

/** In this time a command can allocate some 100 MB. */
const LOOK_INTERVAL = 250;
/** In this one a fork bomb can start some 100 processes. Then only the number of threads of the whole machine is looked at. */
const GLANCE_INTERVAL = 50;
const MANY_NEW = 64;
/** So many at once nobody starts who does not mean harm: while it goes on, the server hardly gets the time to count them. */
const SURGE = 512;

export class LimitWatch {
  readonly #watched = new Set<Watched>();
  readonly #warned = new WeakSet<Watched>();
  readonly #over = new WeakSet<Watched>();
  readonly #census = new Census();
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;
  #lookedAt = 0;
  #threads = 0;

  /** Until the function that it returns is called. */
  add(command: Watched): () => void {
    this.#watched.add(command);
    this.#timer ??= this.#begin();
    return () => this.#remove(command);
  }

  #begin(): NodeJS.Timeout {
    this.#lookedAt = performance.now();
    this.#threads = countThreads();
    return setInterval(() => void this.#glance(), GLANCE_INTERVAL);
  }

  #remove(command: Watched): void {
    this.#watched.delete(command);
    if (this.#watched.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #glance(): Promise<void> {
    if (this.#isLooking) return;
    const threads = countThreads();
    if (threads < this.#threads + MANY_NEW && performance.now() < this.#lookedAt + LOOK_INTERVAL) return;
    this.#isLooking = true;
    const held = threads > this.#threads + SURGE ? [...this.#watched] : [];
    this.#threads = threads;
    for (const { group } of held) signalOne(-group, "SIGSTOP");
    await this.#look();
    // Who is to be killed stays held until then.
    for (const command of held) if (!this.#over.has(command)) signalOne(-command.group, "SIGCONT");
    this.#lookedAt = performance.now();
    this.#isLooking = false;
  }

  async #look(): Promise<void> {
    const found = await this.#census.take(
      [...this.#watched],
      ({ limits }, processes) => breachOf(limits, { memory: 0, processes }) !== null,
    );
    for (const [command, pids] of found) if (this.#watched.has(command)) this.#judge(command, pids);
  }

  #judge(command: Watched, pids: readonly number[]): void {
    const { limits } = command;
    const memory = limits.memory === undefined ? 0 : memoryWithin(limits.memory, pids);
    const use = { processes: pids.length, memory };
    command.onLook(use);
    const breach = breachOf(limits, use);
    if (breach === null) this.#warn(command, nearLimit(limits, use));
    else {
      this.#over.add(command);
      this.#remove(command);
      command.onBreach(breach, pids);
    }
  }

  #warn(command: Watched, near: string | null): void {
    if (near === null || this.#warned.has(command)) return;
    this.#warned.add(command);
    command.warn(near);
  }
}

/** What processes share with each other counts once; to tell that takes long, so it is asked only when it decides. */
function memoryWithin(limit: number, pids: readonly number[]): number {
  const sum = pids.reduce((all, pid) => all + memoryOf(pid).now, 0);
  return sum <= limit || pids.length < 2 ? sum : pids.reduce((all, pid) => all + sharedOutMemoryOf(pid), 0);
}
