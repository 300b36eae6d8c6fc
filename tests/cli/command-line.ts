/** Runs the real command line in a process of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { ROOT, TOKEN } from "../server/http/ports.ts";

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type CommandLine = (...words: string[]) => Promise<Ended>;

/** Commands that talk to a server at this address. */
export function commandsFor(url: string, env: Record<string, string> = {}): CommandLine {
  const { hostname, port } = new URL(url);
  const settings = { ULTRAVISOR_HOST: hostname, ULTRAVISOR_PORT: port, ULTRAVISOR_TOKEN: TOKEN, ...env };
  return async (...words) => {
    const child = spawn(process.execPath, [join(ROOT, "apps/cli/main.ts"), ...words], {
      env: { PATH: process.env.PATH ?? "", TZ: "UTC", ...settings },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
    return { code, stdout, stderr };
  };
}
