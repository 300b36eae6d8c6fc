/** How long each step of a start took, so that a slow one can be explained from the log. */

export interface Stopwatch {
  /** Ends a step: the time since the last one ended. The first begins with the process. */
  lap(step: string): void;
  /** Milliseconds by step, and in all. */
  times(): Readonly<Record<string, number>>;
}

export function createStopwatch(): Stopwatch {
  const times: Record<string, number> = {};
  let last = 0;
  return {
    lap(step) {
      const now = performance.now();
      times[step] = Math.round(now - last);
      last = now;
    },
    times: () => ({ ...times, all: Math.round(last) }),
  };
}
