/**
 * Gets a write-ahead log onto the disk from a thread of its own: SQLite's `synchronous=FULL` does it in COMMIT and blocks the whole
 * process meanwhile. What `fdatasync` promises holds for the file, whichever descriptor it is asked through; and SQLite, which
 * loses its locks when another descriptor of a locked file is closed, locks the database and never its log.
 */
import { closeSync, fdatasync, openSync } from "node:fs";

export interface LogOnDisk {
  /** Resolves when everything that was written to the log before the call is on the disk. */
  sync(): Promise<void>;
  close(): void;
}

/** @param path of the log, which exists from the first commit on. */
export function syncLog(path: string): LogOnDisk {
  const file = openSync(path, "r");
  let running = 0;
  let closed = false;
  const letGo = (): void => {
    if (closed && running === 0) closeSync(file);
  };
  return {
    sync: () =>
      new Promise((resolve, reject) => {
        running += 1;
        fdatasync(file, (error) => {
          running -= 1;
          letGo();
          if (error) reject(error);
          else resolve();
        });
      }),
    close: () => {
      if (closed) return;
      closed = true;
      letGo();
    },
  };
}
