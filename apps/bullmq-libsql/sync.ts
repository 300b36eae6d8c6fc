// Getting commits onto the disk: a commit only reaches the operating system; a second later the log is synced, off the
// main thread. A power cut then costs the last second, as with Redis and `appendfsync everysec`.
import { closeSync, fdatasync, openSync } from "node:fs";

/** Knows of commits and syncs the log behind them. */
export interface Syncing {
  note: () => void;
  stop: () => void;
}

const interval = 1000;

// Taken at load time, as fake timers must not keep commits off the disk.
const later = setTimeout;

/** Syncs the log at most once a second, and not at all while nothing is committed. */
export function syncEverySecond(log: string): Syncing {
  const file = openSync(log, "r");
  let waiting = false;
  let busy = false;
  let stopped = false;
  const close = (): void => {
    if (stopped && !busy) closeSync(file);
  };
  const sync = (): void => {
    if (stopped) return;
    waiting = false;
    busy = true;
    fdatasync(file, () => {
      busy = false;
      close();
    });
  };
  return {
    note: () => {
      if (waiting || busy) return;
      waiting = true;
      later(sync, interval).unref();
    },
    stop: () => {
      stopped = true;
      close();
    },
  };
}
