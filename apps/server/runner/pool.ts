/**
 * Executes code and browser tasks in runner processes. A runner serves one task file with several slots; it goes when it
 * was idle for a while, when another file needs its place, when its file was edited, and when it hangs.
 */
import { type Chromium, needsPage } from "../core/browsing.ts";
import type { DeclaredCollection, TaskSpec } from "../core/definition.ts";
import type { Assignment, ExecutionHost, Executor, Outcome } from "../core/execution.ts";
import type { TaskPace } from "../core/page-limit.ts";
import type { HostGates } from "../core/politeness.ts";
import type { Logger } from "../core/ports.ts";
import { HostOffice } from "./host-office.ts";
import { Paces } from "./paces.ts";
import { RunnerProcess } from "./process.ts";
import { supervise } from "./supervise.ts";

export interface RunnerPoolOptions {
  /** Path of `runner-main.ts`. */
  readonly entry: string;
  /** Folder of the file store, written by runners directly. */
  readonly filesFolder: string;
  readonly chromium: Chromium | null;
  /** What the task files declare now; asked for whenever a runner starts. */
  readonly collections?: () => readonly DeclaredCollection[];
  /** Attempts at a time in one runner; default 4. */
  readonly slots?: number;
  /** Attempts at a time, in all runners, that hold a page of Chromium's; default 4. */
  readonly pages?: number;
  /** Runners at a time; default 4. */
  readonly maxRunners?: number;
  /** How long a runner without work is kept; default 1 minute. */
  readonly idleMs?: number;
  /** How long an attempt waits for room before a busy runner of another file takes nothing new; default 5 s. */
  readonly turnMs?: number;
  /** Milliseconds an attempt has to end when asked to; default 10 s. */
  readonly grace?: number;
  /** Identity of the data folder, and of this start of the server: marks for what must be swept after a crash. */
  readonly data: string;
  readonly boot: string;
  /** Variables of the server that runners may see. */
  readonly env: Readonly<Record<string, string>>;
  readonly log: Logger;
  /** The gates that all runners share. */
  readonly gates: HostGates;
  /** Kills every process whose environment has these variables, and tells how many there were. */
  killMarked(marks: Readonly<Record<string, string>>): Promise<number>;
  /** Bytes of memory that a process has in use. */
  memoryOf(pid: number): number;
}

const SLOTS = 4;
const PAGES = 4;
const MAX_RUNNERS = 4;
const IDLE = 60_000;
const GRACE = 10_000;
const TURN = 5000;

export interface RunnerExecutor extends Executor {
  /** How many pages Chromium shows at a time, by task. */
  paces(): readonly TaskPace[];
}

export function createRunnerPool(options: RunnerPoolOptions): RunnerExecutor {
  return new RunnerPool(options);
}

interface Runner {
  readonly key: string;
  readonly file: string;
  readonly process: RunnerProcess;
  /** Each of its attempts holds a page of Chromium's. */
  readonly holdsPages: boolean;
  active: number;
  /** One attempt has it to itself. */
  isTaken: boolean;
  /** It takes nothing new and goes when its last attempt has ended. */
  retired: boolean;
  idleTimer: NodeJS.Timeout | undefined;
}

interface Waiting {
  readonly spec: TaskSpec;
  resolve(runner: Runner | null): void;
}

class RunnerPool implements RunnerExecutor {
  readonly #options: RunnerPoolOptions;
  readonly #hosts: HostOffice;
  readonly #runners = new Set<Runner>();
  readonly #waiting: Waiting[] = [];
  readonly #running = new Set<Promise<Outcome>>();
  readonly #stops = new Set<AbortController>();
  readonly #paces = new Paces();
  #closed = false;

  constructor(options: RunnerPoolOptions) {
    this.#options = options;
    this.#hosts = new HostOffice(options.gates);
  }

  async execute(assignment: Assignment, host: ExecutionHost, signal: AbortSignal): Promise<Outcome> {
    const stop = new AbortController();
    const abort = (): void => stop.abort(signal.reason);
    this.#stops.add(stop);
    signal.addEventListener("abort", abort);
    if (signal.aborted || this.#closed) abort();
    const outcome = this.#execute(assignment, host, stop.signal);
    this.#running.add(outcome);
    try {
      return await outcome;
    } finally {
      this.#running.delete(outcome);
      this.#stops.delete(stop);
      signal.removeEventListener("abort", abort);
    }
  }

  paces(): readonly TaskPace[] {
    return this.#paces.list();
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const stop of this.#stops) stop.abort();
    await Promise.all(this.#running);
    await Promise.all([...this.#runners].map((runner) => this.#remove(runner)));
  }

  async #execute(assignment: Assignment, host: ExecutionHost, signal: AbortSignal): Promise<Outcome> {
    const runner = await this.#acquire(assignment.spec, signal);
    if (!runner) return { type: "cancelled", usage: { cpuMs: null, peakMemoryBytes: null } };
    try {
      const { outcome, keep } = await supervise({
        process: runner.process,
        assignment,
        host,
        signal,
        grace: this.#options.grace ?? GRACE,
        memoryOf: this.#options.memoryOf,
      });
      if (keep !== "runner") runner.retired = true;
      if (keep === "nothing") await this.#remove(runner);
      return outcome;
    } finally {
      this.#release(runner);
    }
  }

  /** Null when the attempt was cancelled before there was room. */
  async #acquire(spec: TaskSpec, signal: AbortSignal): Promise<Runner | null> {
    if (signal.aborted) return null;
    const found = this.#findOrStart(spec);
    if (found) return occupy(found, spec);
    const { promise, resolve } = Promise.withResolvers<Runner | null>();
    const waiting: Waiting = { spec, resolve };
    const leave = (): void => {
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
      resolve(null);
    };
    this.#waiting.push(waiting);
    signal.addEventListener("abort", leave);
    const turn = setInterval(() => this.#retireOther(spec), this.#options.turnMs ?? TURN);
    const runner = await promise;
    clearInterval(turn);
    signal.removeEventListener("abort", leave);
    return runner;
  }

  /** Files whose runners are never idle must not keep another file waiting for ever. */
  #retireOther(spec: TaskSpec): void {
    const runners = [...this.#runners];
    const oldest = runners.find((runner) => runner.key !== keyOf(spec));
    if (oldest && !runners.some((runner) => runner.retired)) oldest.retired = true;
  }

  #findOrStart(spec: TaskSpec): Runner | undefined {
    if (holdsPage(spec) && this.#pagesHeld() >= (this.#options.pages ?? PAGES)) return undefined;
    return this.#find(spec) ?? this.#startIfRoom(spec);
  }

  #pagesHeld(): number {
    return [...this.#runners].reduce((sum, { holdsPages, active }) => sum + (holdsPages ? active : 0), 0);
  }

  #find(spec: TaskSpec): Runner | undefined {
    const slots = isAlone(spec) ? 1 : (this.#options.slots ?? SLOTS);
    return [...this.#runners].find(
      ({ key, retired, process, active, isTaken }) =>
        key === keyOf(spec) && !retired && !process.hasEnded && active < slots && !isTaken,
    );
  }

  #startIfRoom(spec: TaskSpec): Runner | undefined {
    this.#retireEdited(spec);
    if (this.#runners.size >= (this.#options.maxRunners ?? MAX_RUNNERS)) {
      const idle = [...this.#runners].find((runner) => runner.active === 0);
      if (!idle) return undefined;
      void this.#remove(idle);
    }
    return this.#startRunner(spec);
  }

  /** A runner has imported its file once and for all: after an edit another one serves it. */
  #retireEdited(spec: TaskSpec): void {
    for (const runner of this.#runners) {
      if (runner.file !== spec.file || runner.key === keyOf(spec)) continue;
      runner.retired = true;
      if (runner.active === 0) void this.#remove(runner);
    }
  }

  #startRunner(spec: TaskSpec): Runner {
    const { entry, filesFolder, chromium, data, boot, env, killMarked } = this.#options;
    const collections = this.#options.collections?.() ?? [];
    const pages = this.#options.pages ?? PAGES;
    const process = new RunnerProcess({
      entry,
      env: { ...env, ...spec.env, ULTRAVISOR_DATA: data, ULTRAVISOR_BOOT: boot },
      settings: {
        ...{ file: spec.file, checks: spec.checks ?? false, filesFolder, collections, chromium, pages },
        patience: (this.#options.grace ?? GRACE) / 2,
      },
      killMarked,
      hosts: this.#hosts,
      reportPace: (report) => this.#paces.note(spec.source, report, Date.now()),
    });
    const runner: Runner = {
      key: keyOf(spec),
      file: spec.file,
      process,
      holdsPages: holdsPage(spec),
      active: 0,
      isTaken: false,
      retired: false,
      idleTimer: undefined,
    };
    this.#runners.add(runner);
    void process.ended.then((how) => this.#onEnd(runner, how));
    return runner;
  }

  #release(runner: Runner): void {
    runner.active -= 1;
    runner.isTaken = false;
    if (runner.active === 0 && runner.retired) void this.#remove(runner);
    this.#serveWaiting();
    if (runner.active === 0 && this.#runners.has(runner)) {
      runner.idleTimer = setTimeout(() => void this.#remove(runner), this.#options.idleMs ?? IDLE);
    }
  }

  #serveWaiting(): void {
    for (const waiting of [...this.#waiting]) {
      const runner = this.#findOrStart(waiting.spec);
      if (!runner) continue;
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
      waiting.resolve(occupy(runner, waiting.spec));
    }
  }

  #onEnd(runner: Runner, how: string): void {
    if (!this.#runners.has(runner)) return;
    this.#options.log.warn({ file: runner.file, how, words: runner.process.lastWords() }, "a runner ended by itself");
    void this.#remove(runner).then(() => this.#serveWaiting());
  }

  /** It leaves the pool at once; its process ends in its own time. */
  async #remove(runner: Runner): Promise<void> {
    clearTimeout(runner.idleTimer);
    this.#runners.delete(runner);
    await runner.process.kill();
  }
}

function keyOf(spec: TaskSpec): string {
  return `${spec.hash} ${spec.file} ${spec.checks ?? false}`;
}

/** Of attempts that share a process it cannot be told who took how much memory. */
function isAlone({ attemptLimits }: TaskSpec): boolean {
  return attemptLimits?.memory !== undefined;
}

function holdsPage({ kind, fixtures }: TaskSpec): boolean {
  return kind === "browser" && needsPage(fixtures);
}

function occupy(runner: Runner, spec: TaskSpec): Runner {
  clearTimeout(runner.idleTimer);
  runner.active += 1;
  runner.isTaken = isAlone(spec);
  return runner;
}
