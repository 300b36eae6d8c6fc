/** News for whoever follows live. Losing a notice loses nothing: the tables have it all. */
import type { Logger, Notice, Notices } from "../core/ports.ts";

export function createNotices(log: Logger): Notices {
  const listeners = new Set<(notice: Notice) => void>();
  return {
    publish(notice) {
      for (const listener of listeners) {
        try {
          listener(notice);
        } catch (error) {
          log.warn({ err: error }, "a listener failed; others go on");
        }
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
