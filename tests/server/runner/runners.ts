/** Real runner processes on task files in a temporary folder. */
import { createHash, randomUUID } from "node:crypto";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { createHostGates } from "../../../apps/server/browser/manners/host-gates.ts";
import type { TaskSpec } from "../../../apps/server/core/definition.ts";
import type { Assignment, ExecutionHost, Executor, LogLine, Outcome } from "../../../apps/server/core/execution.ts";
import type { Json, JsonObject } from "../../../apps/server/core/json.ts";
import type { KeyNews } from "../../../apps/server/core/key-news.ts";
import type { SessionState } from "../../../apps/server/core/saved-session.ts";
import { createRunnerPool, type RunnerPoolOptions } from "../../../apps/server/runner/pool.ts";
import { findProcesses, killMarked, memoryOf } from "../../../apps/server/shell/processes.ts";

export interface Lab {
  readonly folder: string;
  readonly data: string;
  readonly pool: Executor;
  /** Writes a task file and tells how it is executed. */
  task(text: string, spec?: Partial<TaskSpec>, extension?: string): Promise<TaskSpec>;
  start(spec: TaskSpec, options?: StartOptions): Started;
  /** Living processes of this lab. */
  processes(): number[];
}

export interface StartOptions {
  readonly assignment?: Partial<Assignment>;
  readonly signal?: AbortSignal;
  readonly state?: Map<string, Json>;
  /** What a script waits for that reads the state `gate`. */
  readonly gate?: Promise<void>;
  readonly session?: SessionState | Error;
  readonly proxy?: string;
  /** Whether an address where the page was found is still free. */
  land?(key: string): boolean;
  /** The subtasks of the run `run`. */
  readonly keys?: KeyNews;
}

export interface Started {
  readonly outcome: Promise<Outcome>;
  readonly lines: LogLine[];
  /** Resolves with the first line that contains the text. */
  said(text: string): Promise<LogLine>;
}

/** A code task whose `run` has this body and everything of the context at hand. */
export const code = (run: string, more = ""): string =>
  `import { code, fail, skip, z } from "ultravisor";\nexport default code({ ${more} async run(context) { const { input, log, save, spawn, saveFile, report, state, nodeState, staging, signal, run, task } = context; ${run} } });\n`;

const ENTRY = { updatedAt: 0, writer: "lab" };
const MAIN = fileURLToPath(new URL("../../../apps/server/runner-main.ts", import.meta.url));

export async function lab(options: Partial<RunnerPoolOptions> = {}): Promise<Lab> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "ultravisor-runner-")));
  await mkdir(join(folder, "staging"));
  const data = randomUUID();
  const pool = createRunnerPool({
    entry: MAIN,
    filesFolder: join(folder, "files"),
    chromium: { path: "/usr/bin/chromium-headless-shell", sandbox: false },
    data,
    boot: "boot-1",
    env: { PATH: "/usr/bin:/bin", HOME: folder },
    grace: 1000,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    killMarked,
    memoryOf: (pid) => memoryOf(pid).now,
    gates: createHostGates(),
    ...options,
  });
  onTestFinished(async () => {
    await pool.close();
    await rm(folder, { recursive: true, force: true });
  });
  const made: Lab = {
    folder,
    data,
    pool,
    task: (text, spec, extension) => taskFile(folder, text, spec ?? {}, extension ?? "ts"),
    start: (spec, startOptions) => start(made, spec, startOptions ?? {}),
    processes: () => findProcesses({ ULTRAVISOR_DATA: data }),
  };
  return made;
}

async function taskFile(folder: string, text: string, spec: Partial<TaskSpec>, extension: string): Promise<TaskSpec> {
  const file = join(folder, `${randomUUID()}.${extension}`);
  await writeFile(file, text);
  const hash = createHash("sha256").update(text).digest("hex");
  const retry = { attempts: 1, delay: 1000, backoff: "fixed", maxDelay: 1000 } as const;
  return {
    kind: "code",
    source: "demo",
    file,
    hash,
    retry,
    timeout: 20_000,
    limits: { depth: 100, subtasks: 1000 },
    env: {},
    fixtures: [],
    ...spec,
  };
}

function start(made: Lab, spec: TaskSpec, options: StartOptions): Started {
  const lines: LogLine[] = [];
  const listeners = new Set<(line: LogLine) => void>();
  const state = options.state ?? new Map<string, Json>();
  const host: ExecutionHost = {
    log(line) {
      lines.push(line);
      for (const listener of listeners) listener(line);
    },
    async getState(scope, key) {
      if (key === "gate") await options.gate;
      return state.get(`${scope}/${key}`);
    },
    getStateEntry: async (scope, key) => {
      const value = state.get(`${scope}/${key}`);
      return value === undefined ? null : { scope, key, value, version: state.size, updatedAt: 0, writer: "lab" };
    },
    setState: async (scope, key, value, version) => {
      if (version === 0 && state.has(`${scope}/${key}`)) throw new Error("it is there already");
      state.set(`${scope}/${key}`, value);
      return 1;
    },
    stateHistory: async (scope, key) =>
      [...state].map(([, value], at) => ({ ...ENTRY, scope, key, value, version: at + 1 })),
    async incrementState(scope, key, by) {
      const sum = Number(state.get(`${scope}/${key}`) ?? 0) + by;
      state.set(`${scope}/${key}`, sum);
      return sum;
    },
    async mergeState(scope, key, patch) {
      const merged = { ...(state.get(`${scope}/${key}`) as JsonObject | undefined), ...patch };
      state.set(`${scope}/${key}`, merged);
      return merged;
    },
    loadProxy: async () => options.proxy ?? null,
    async loadSession() {
      if (options.session instanceof Error) throw options.session;
      return options.session ?? null;
    },
    deleteState: async (scope, key) => void state.delete(`${scope}/${key}`),
    recall: async () => null,
    newsOfKeys: (reader) => options.keys?.tell(reader, "run", "demo") ?? null,
    land: async (key) => options.land?.(key) ?? true,
  };
  const assignment: Assignment = {
    runId: randomUUID(),
    runName: "demo",
    taskRunId: randomUUID(),
    task: "demo",
    key: null,
    parent: null,
    attempt: 1,
    input: {},
    spec,
    staging: join(made.folder, "staging"),
    ...options.assignment,
  };
  const outcome = made.pool.execute(assignment, host, options.signal ?? new AbortController().signal);
  const said = (text: string): Promise<LogLine> => {
    const found = lines.find((line) => line.text.includes(text));
    if (found) return Promise.resolve(found);
    return new Promise((resolve) => listeners.add((line) => line.text.includes(text) && resolve(line)));
  };
  return { outcome, lines, said };
}
