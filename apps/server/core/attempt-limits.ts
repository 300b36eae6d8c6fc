/** How much memory and how many processes one attempt may have, with everything that it started. */
import { showAmount } from "./condition-amount.ts";

export interface AttemptLimits {
  /** Bytes. */
  readonly memory?: number;
  /** Commands only. */
  readonly processes?: number;
}

/**
 * What a command may start unless its task says otherwise. A build takes about four processes (make, sh, the compiler's driver, the
 * compiler) for each of its jobs, and as many jobs as there are cores: this is enough for one on 256 cores. A fork bomb is there
 * within a second, long before a system's own limit (32,768 process ids), beyond which nobody can start anything.
 */
export const DEFAULT_PROCESSES = 1024;
/** Of a limit: from here on the log tells that it is near. */
const NEAR = 0.8;

/** What it has now. */
export interface AttemptUse {
  readonly memory: number;
  readonly processes: number;
}

export interface Breach {
  readonly reason: "memory" | "processes";
  /** For people, with what it had and what it may have. */
  readonly message: string;
}

/** Null: it is within its limits. */
export function breachOf(limits: AttemptLimits, { memory, processes }: AttemptUse): Breach | null {
  const { memory: mostMemory = Number.POSITIVE_INFINITY, processes: mostProcesses = DEFAULT_PROCESSES } = limits;
  if (processes > mostProcesses) {
    const message = `more than ${mostProcesses} processes at once: limits.processes allows no more, so it was ended`;
    return { reason: "processes", message };
  }
  if (memory <= mostMemory) return null;
  const had = `memory ${showAmount(memory, "bytes")} > ${showAmount(mostMemory, "bytes")}`;
  return { reason: "memory", message: `${had}: limits.memory allows no more, so it was ended` };
}

/** What is to be told of a limit that is near, or null. */
export function nearLimit(limits: AttemptLimits, { memory, processes }: AttemptUse): string | null {
  const { memory: mostMemory = Number.POSITIVE_INFINITY, processes: mostProcesses = DEFAULT_PROCESSES } = limits;
  if (processes > mostProcesses * NEAR) return `${processes} processes, close to the limit of ${mostProcesses}`;
  if (memory <= mostMemory * NEAR) return null;
  return `memory ${showAmount(memory, "bytes")}, close to the limit of ${showAmount(mostMemory, "bytes")}`;
}
