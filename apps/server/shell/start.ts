/**
 * Starts a command: in a session and process group of its own, without input, its output on two pipes. Where it can, without forking
 * the server: see posix-spawn.ts. Elsewhere Node does it.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { loadPosixSpawn } from "./posix-spawn.ts";

export interface StartOptions {
  /** The path of the program first, then its arguments. */
  readonly argv: readonly [string, ...string[]];
  /** The working folder. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface Exit {
  /** Null: it was ended by `signal`. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** CPU time of it and everything it waited for, as the kernel counted it; null when that is not told here. */
  readonly cpuMs: number | null;
}

export interface Started {
  /** Also the id of its process group. */
  readonly pid: number;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when the process has ended; what it started may go on and keep the pipes open. */
  readonly exited: Promise<Exit>;
}

/** Rejects when the program, or the working folder, cannot be had. */
export type Start = (options: StartOptions) => Promise<Started>;

export const startProcess: Start = async (options) => {
  posixSpawn ??= loadPosixSpawn();
  return ((await posixSpawn) ?? startWithNode)(options);
};

let posixSpawn: Promise<Start | null> | undefined;

/** Works everywhere; copies the server's page tables for every start, and tells no CPU time. */
export const startWithNode: Start = async ({ argv: [path, ...args], folder, env }) => {
  const child = spawn(path, args, {
    ...{ cwd: folder, env: { ...env }, detached: true },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = new Promise<Exit>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal, cpuMs: null }));
  });
  try {
    await once(child, "spawn");
  } catch (error) {
    for (const stream of [child.stdout, child.stderr]) stream.destroy();
    throw error;
  }
  return { pid: child.pid ?? 0, stdout: child.stdout, stderr: child.stderr, exited };
};
