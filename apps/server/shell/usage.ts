/** What a command uses, by looking now and then: the peak of its memory, and its CPU time where nobody tells it exactly. Linux only. */
import { memoryOf, treeOf } from "./processes.ts";

/** Clock ticks per second: fixed at 100 for user space on Linux, whatever the kernel's own rate. */
const TICKS_PER_SECOND = 100;
const FIRST_LOOKS = [10, 40, 150] as const;
const LOOK_INTERVAL = 250;
/** Of a tree that is larger, this many stand for all: who starts thousands must not be looked at all the time. */
const MOST = 50;

export class UsageMeter {
  readonly #root: number;
  readonly #timers = new Set<NodeJS.Timeout>();
  #peak = 0;
  #sampledTicks = 0;

  constructor(root: number) {
    this.#root = root;
    // It has just begun, alone; most commands have ended before the first look at all that they started.
    this.#peak = memoryOf(root).peak;
    for (const delay of FIRST_LOOKS) this.#timers.add(setTimeout(() => this.#look(), delay));
    this.#timers.add(setInterval(() => this.#look(), LOOK_INTERVAL));
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  /** Of the processes that were seen. */
  cpuMs(): number | null {
    return this.#sampledTicks > 0 ? (this.#sampledTicks * 1000) / TICKS_PER_SECOND : null;
  }

  peakMemoryBytes(): number | null {
    return this.#peak > 0 ? this.#peak : null;
  }

  #look(): void {
    const tree = treeOf(this.#root, MOST);
    const memory = tree.map((part) => memoryOf(part.pid));
    const now = memory.reduce((sum, part) => sum + part.now, 0);
    this.#peak = Math.max(this.#peak, now, ...memory.map((part) => part.peak));
    this.#sampledTicks = Math.max(
      this.#sampledTicks,
      tree.reduce((sum, part) => sum + part.ticks, 0),
    );
  }
}
