/** The whole server as a process, as a user starts it, in a folder and on a port of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { onTestFinished } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");
const TOKEN = "a-token-for-the-tests-of-this-house";

export interface ServerOptions {
  readonly data?: string;
  readonly tasks?: string;
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Registers what is to be done when it is not needed any more; default: with the test. */
  readonly onEnd?: (work: () => void) => void;
}

export interface TestServer {
  readonly url: string;
  readonly data: string;
  readonly port: number;
  readonly token: string;
  readonly process: ChildProcess;
  /** JSON of an API route below `/api`. */
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: object): Promise<T>;
  /** Resolves with the run once it is final, by following its log until it ends. */
  finished(runId: string): Promise<TestRun>;
  /** Resolves with exit code and signal. */
  kill(signal: NodeJS.Signals): Promise<{ code: number | null; signal: string | null }>;
  output(): string;
}

export interface TestRun {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly reason: string;
  readonly summary: string | null;
  readonly counts: Readonly<Record<string, number>>;
}

/** A folder that goes away with the test. */
export function makeFolder(onEnd: (work: () => void) => void = onTestFinished): string {
  const folder = mkdtempSync(join(tmpdir(), "ultravisor-"));
  onEnd(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts the server and resolves once it has printed its link; rejects with what it printed when it exits before. */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const { onEnd = onTestFinished } = options;
  const data = options.data ?? makeFolder(onEnd);
  const port = options.port ?? (await freePort());
  const child = launch(data, port, options);
  let output = "";
  const linked = new Promise<void>((done, fail) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      if (output.includes("/sign-in?token=")) done();
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("exit", (code) => fail(new ServerExit(code, output)));
  });
  onEnd(() => void child.kill("SIGKILL"));
  await linked;
  const url = `http://127.0.0.1:${port}`;
  const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${url}/api${path}`, {
      ...init,
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json", ...init.headers },
    });
  const answered = async <T>(response: Response): Promise<T> => {
    if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${await response.text()}`);
    return response.json() as Promise<T>;
  };
  const get = async <T>(path: string): Promise<T> => answered(await ask(path));
  return {
    ...{ url, data, port, token: TOKEN, process: child, get },
    post: async (path, body = {}) => answered(await ask(path, { method: "POST", body: JSON.stringify(body) })),
    async finished(runId) {
      // The log stream ends when the run does.
      await (await ask(`/runs/${runId}/logs`, { headers: { accept: "text/event-stream" } })).text();
      return get(`/runs/${runId}`);
    },
    kill: (signal) => killed(child, signal),
    output: () => output,
  };
}

/** The server exited before it was ready. */
export class ServerExit extends Error {
  readonly code: number | null;
  constructor(code: number | null, output: string) {
    super(output);
    this.code = code;
  }
}

function launch(data: string, port: number, { tasks, env }: ServerOptions): ChildProcess {
  const own = {
    ...{ ULTRAVISOR_DATA: data, ULTRAVISOR_PORT: String(port), ULTRAVISOR_TOKEN: TOKEN, ULTRAVISOR_FIRST_RUN: "off" },
    NODE_COMPILE_CACHE: join(ROOT, "node_modules/.cache/compiled"),
    ...(tasks === undefined ? {} : { ULTRAVISOR_TASKS: tasks }),
  };
  return spawn(process.execPath, ["apps/server/start.ts"], {
    cwd: ROOT,
    env: { ...process.env, ...own, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

function killed(child: ChildProcess, signal: NodeJS.Signals): Promise<{ code: number | null; signal: string | null }> {
  return new Promise((resolve) => {
    child.once("exit", (code, by) => resolve({ code, signal: by }));
    child.kill(signal);
  });
}

export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, "127.0.0.1", done));
  const address = probe.address();
  await new Promise((done) => probe.close(done));
  return typeof address === "object" && address !== null ? address.port : 0;
}
