/** Starts a program of node_modules/.bin without a terminal to ask questions on. */
import { spawn } from "node:child_process";
import path from "node:path";

const LIMIT = 15 * 60_000;

export interface Ended {
  readonly code: number;
  /** What it printed, when it was captured; otherwise it went straight to the screen. */
  readonly output: string;
}

export function command(
  root: string,
  program: string,
  args: readonly string[],
  options: { readonly capture?: boolean; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Ended> {
  const bin = path.join(root, "node_modules", ".bin");
  const { promise, resolve } = Promise.withResolvers<Ended>();
  const child = spawn(program, args, {
    cwd: root,
    env: { ...process.env, ...options.env, PATH: `${bin}${path.delimiter}${process.env.PATH}` },
    stdio: ["ignore", options.capture ? "pipe" : "inherit", options.capture ? "pipe" : "inherit"],
    timeout: LIMIT,
  });
  const said: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => said.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => said.push(chunk));
  child.on("error", (error) => resolve({ code: 1, output: `${program} could not be started: ${error.message}` }));
  child.on("close", (code) => resolve({ code: code ?? 1, output: Buffer.concat(said).toString("utf8") }));
  return promise;
}
