/** What an attempt uses of its runner's process. While attempts share the process, it cannot be told who used what. */
import type { Usage } from "../core/execution.ts";

const LOOK_INTERVAL = 250;
const UNKNOWN: Usage = { cpuMs: null, peakMemoryBytes: null };

interface Measured {
  /** Null when another attempt ran already. */
  readonly startedWith: NodeJS.CpuUsage | null;
  peak: number;
  /** Another attempt ran beside it at some time. */
  shared: boolean;
}

export class UsageMeter {
  readonly #running = new Set<Measured>();
  #timer: NodeJS.Timeout | undefined;

  /** `read` at the end of the attempt, then `stop`. */
  start(): { read(): Usage; stop(): void } {
    const startedWith = this.#running.size > 0 ? null : process.cpuUsage();
    const measured: Measured = { startedWith, peak: 0, shared: false };
    this.#running.add(measured);
    if (this.#running.size > 1) for (const one of this.#running) one.shared = true;
    this.#timer ??= setInterval(() => this.#look(), LOOK_INTERVAL);
    return {
      read: () => {
        if (measured.shared || measured.startedWith === null) return UNKNOWN;
        this.#look();
        return usageOf(measured.startedWith, measured.peak);
      },
      stop: () => this.#stop(measured),
    };
  }

  #stop(measured: Measured): void {
    this.#running.delete(measured);
    if (this.#running.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const memory = process.memoryUsage.rss();
    for (const one of this.#running) one.peak = Math.max(one.peak, memory);
  }
}

function usageOf(startedWith: NodeJS.CpuUsage, peakMemoryBytes: number): Usage {
  const used = process.cpuUsage(startedWith);
  return { cpuMs: Math.round((used.user + used.system) / 1000), peakMemoryBytes };
}
