/** Waits for a disk that has not taken what was committed: tries until it does, and says meanwhile what is wrong. */
import { setTimeout as pause } from "node:timers/promises";
import { UltravisorError } from "../core/errors.ts";
import type { Logger } from "../core/ports.ts";
import type { LocalClient } from "./local-client.ts";
import { LogLostError } from "./log-rescue.ts";

export interface DiskCare {
  readonly log: Logger;
  /** What was committed, and not yet answered, is lost: what this process still believes may be wrong, so it has to end. */
  lost(error: Error): void;
  /** Resolves after so many milliseconds. */
  readonly wait?: (ms: number) => Promise<unknown>;
}

export interface PatientDisk {
  reach(): Promise<void>;
  regain(error: unknown): Promise<void>;
  /** For the owner: what the disk refuses now, or null. */
  readonly fault: string | null;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

export function patientDisk(client: LocalClient, { log, lost, wait = pauseUnheld }: DiskCare): PatientDisk {
  let fault: string | null = null;
  return {
    reach: () => client.reachDisk().catch((error) => Promise.reject(noRoom(error))),
    async regain(error) {
      fault = faultOf(error);
      log.error({ err: error }, fault);
      for (let ms = FIRST_WAIT_MS; !client.closed; ms = Math.min(ms * 2, LONGEST_WAIT_MS)) {
        try {
          await client.regainDisk();
          fault = null;
          return log.info({}, "the disk has taken what was committed; everything goes on");
        } catch (failure) {
          if (failure instanceof LogLostError) {
            lost(failure);
            throw failure;
          }
          await wait(ms);
        }
      }
      throw error;
    },
    get fault() {
      return fault;
    },
  };
}

export function noRoom(cause: unknown): Error {
  const text = "the disk that holds the data folder has no room: free some, then try again";
  return new UltravisorError("disk_full", text, { cause });
}

function faultOf(error: unknown): string {
  const { code = "" } = (error instanceof Error && (error.cause as NodeJS.ErrnoException)) || {};
  return `The disk that holds the data folder did not take what was written to it${code && ` (${code})`}: nothing is recorded until it does. Free some room there, or mend the disk.`;
}

/** Keeps no process alive. */
function pauseUnheld(ms: number): Promise<unknown> {
  return pause(ms, undefined, { ref: false });
}
