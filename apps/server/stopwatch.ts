/** How long each step of a start took, so that a slow one can be explained from the log. */

export interface Stopwatch {
  /** Ends a step: the time since the last one ended. The first begins with the process. */
  lap(step: string): void;
  /** By step, and in all: milliseconds, and what of them this process worked (more, where several of its threads did). */
  times(): { readonly ms: Readonly<Record<string, number>>; readonly cpuMs: Readonly<Record<string, number>> };
}

export function createStopwatch(): Stopwatch {
  const ms: Record<string, number> = {};
  const cpuMs: Record<string, number> = {};
  let last = { ms: 0, cpu: 0 };
  return {
    lap(step) {
      const { user, system } = process.cpuUsage();
      const now = { ms: performance.now(), cpu: (user + system) / 1000 };
      ms[step] = Math.round(now.ms - last.ms);
      cpuMs[step] = Math.round(now.cpu - last.cpu);
      last = now;
    },
    times: () => ({ ms: { ...ms, all: Math.round(last.ms) }, cpuMs: { ...cpuMs, all: Math.round(last.cpu) } }),
  };
}
