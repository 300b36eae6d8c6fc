/** Looks at what conditions ask about: the machine, files, web addresses, commands, state, pages. */
import type { Finding, Probe } from "../core/condition.ts";
import type { Prober } from "../core/ports.ts";
import { lookByCheck, type TaskFiles } from "./check.ts";
import { type Hands, lookAtPage, runCommand } from "./execute.ts";
import { lookAtFile } from "./file.ts";
import { lookAtHttp } from "./http.ts";
import { createLoadMeter } from "./load.ts";
import { lookAtDisk, lookAtMemory } from "./machine.ts";
import { lookAtState, type StateSource } from "./state.ts";

export type ProberOptions = Hands & StateSource & TaskFiles;

export function createProber(options: ProberOptions): Prober {
  const load = createLoadMeter();
  async function look(probe: Probe, signal: AbortSignal): Promise<Finding> {
    switch (probe.kind) {
      case "disk":
        return lookAtDisk(probe);
      case "memory":
        return lookAtMemory(probe);
      case "load":
        return load(probe.of);
      case "file":
        return lookAtFile(probe);
      case "http":
        return lookAtHttp(probe, signal);
      case "shell":
        return runCommand(options, probe, signal);
      case "state":
        return lookAtState(options, probe);
      case "page":
        return lookAtPage(options, probe, signal);
      case "check":
        return lookByCheck(options, probe, signal);
    }
  }
  return {
    probe: (probe, signal) => look(probe, signal).catch((error: unknown) => ({ problem: messageOf(error) })),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
