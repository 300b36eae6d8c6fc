/** The server's end of one runner process: starts it, hands attempts in, passes on what they ask for, and ends it. */
import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { type BirpcReturn, createBirpc } from "birpc";
import type { Assignment, ExecutionHost, LogLine } from "../core/execution.ts";
import { KeyReader } from "../core/key-news.ts";
import type { PaceReport } from "../core/page-limit.ts";
import { LockedError } from "../core/saved-session.ts";
import { openChannel } from "./channel.ts";
import type { HostDesk, HostOffice } from "./host-office.ts";
import { LimitedLog } from "./log-limit.ts";
import type {
  Executed,
  LoadedSession,
  Readiness,
  RunnerFunctions,
  RunnerSettings,
  ServerFunctions,
  StopReason,
} from "./protocol.ts";

export interface RunnerStart {
  /** Path of `runner-main.ts`. */
  readonly entry: string;
  readonly env: Readonly<Record<string, string>>;
  readonly settings: RunnerSettings;
  /** Where runner processes are polite together. */
  readonly hosts: HostOffice;
  /** Hears how many pages its Chromium shows at a time. */
  reportPace(report: PaceReport): void;
  /** Kills every process whose environment has these variables: Chromium has left the runner's process group. */
  killMarked(marks: Readonly<Record<string, string>>): Promise<number>;
}

const EXEC_ARGV = [
  "--disable-warning=ExperimentalWarning",
  "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON",
  "--enable-source-maps",
];
const LAST_WORDS = 2000;
const LONGEST_LINE = 64 * 1024;
const PIPES_LIMIT = 500;

export class RunnerProcess {
  readonly #start: RunnerStart;
  readonly #mark = randomUUID();
  /** Where it and its Chromium keep what is temporary: killed as they are, they leave everything behind. */
  readonly #temporary: string;
  readonly #child: ChildProcess;
  readonly #rpc: BirpcReturn<RunnerFunctions, ServerFunctions>;
  readonly #hosts = new Map<string, ExecutionHost>();
  readonly #logs = new Map<string, LimitedLog>();
  readonly #executing = new Set<() => void>();
  readonly #desk: HostDesk;
  /** The subtasks it was told of. */
  readonly #keys = new KeyReader();
  /** Resolves with how the process ended. */
  readonly ended: Promise<string>;
  readonly ready: Promise<Readiness>;
  #lastWords = "";
  hasEnded = false;
  /** Bytes that it had in use before its first attempt with a limit. */
  freshMemory: number | null = null;

  constructor(start: RunnerStart) {
    this.#start = start;
    this.#temporary = mkdtempSync(join(start.env.TMPDIR ?? tmpdir(), "r-"));
    this.#desk = start.hosts.open({
      share: (host) => this.#rpc.shareHost(host),
      pause: (host, milliseconds) => void this.#rpc.pauseHost.asEvent(host, milliseconds).catch(() => {}),
    });
    this.#child = fork(start.entry, {
      env: { ...start.env, TMPDIR: this.#temporary, ULTRAVISOR_RUNNER: this.#mark },
      execArgv: EXEC_ARGV,
      serialization: "advanced",
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    this.ended = endOf(this.#child);
    void this.ended.then(() => {
      this.hasEnded = true;
      this.#desk.close();
      this.#rpc.$close();
      for (const giveUp of this.#executing) giveUp();
    });
    this.#follow("stdout", this.#child.stdout);
    this.#follow("stderr", this.#child.stderr);
    const channel = openChannel({
      send: (messages) => this.#send(messages),
      onMessage: (listen) => this.#child.on("message", listen as (messages: unknown) => void),
    });
    this.#rpc = createBirpc<RunnerFunctions, ServerFunctions>(this.#functions(), { ...channel, timeout: -1 });
    this.ready = Promise.race([this.#rpc.prepare(start.settings), this.ended.then((how) => this.#unready(how))]);
    this.ready.catch(() => {});
  }

  /** Resolves with null when the process ended before the attempt did. */
  async execute(id: string, assignment: Assignment, host: ExecutionHost): Promise<Executed | null> {
    const log = new LimitedLog((line) => host.log(line));
    this.#hosts.set(id, host);
    this.#logs.set(id, log);
    try {
      return await this.#unlessEnded(
        this.#rpc.execute(id, assignment, spawns(assignment) ? host.newsOfKeys(this.#keys) : null),
      );
    } catch (error) {
      if (this.hasEnded) return null;
      throw error;
    } finally {
      this.#hosts.delete(id);
      log.end();
      // What it wrote past the console lies in the pipe by now, but may be read after the message that it has ended.
      setImmediate(() => this.#logs.delete(id));
    }
  }

  /** Not a race against `ended`: that promise would hold every outcome until the process ends. */
  async #unlessEnded(executed: Promise<Executed>): Promise<Executed | null> {
    const { promise, resolve, reject } = Promise.withResolvers<Executed | null>();
    const giveUp = (): void => resolve(null);
    this.#executing.add(giveUp);
    executed.then(resolve, reject);
    if (this.hasEnded) giveUp();
    try {
      return await promise;
    } finally {
      this.#executing.delete(giveUp);
    }
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Asks one attempt to end; whether it does is another matter. */
  stop(id: string, why: StopReason): void {
    this.#rpc.stop.asEvent(id, why).catch(() => {});
  }

  /** Ends the process with everything it started. */
  async kill(): Promise<void> {
    const { pid } = this.#child;
    if (pid !== undefined && !this.hasEnded) killGroup(pid);
    await this.ended;
    await this.#start.killMarked({ ULTRAVISOR_RUNNER: this.#mark });
    await rm(this.#temporary, { recursive: true, force: true, maxRetries: 3 });
  }

  /** What it printed to stderr last, for error messages. */
  lastWords(): string {
    return this.#lastWords.trim().split("\n").slice(-3).join("\n");
  }

  #functions(): ServerFunctions {
    const logs = this.#logs;
    const hostOf = (id: string): ExecutionHost => {
      const host = this.#hosts.get(id);
      if (!host)
        throw new Error(
          "the attempt has ended, so what its script asks for now has no effect: await it before `run` returns",
        );
      return host;
    };
    return {
      log(id, lines) {
        for (const line of lines) logs.get(id)?.add(line);
      },
      getState: (id, scope, key) => hostOf(id).getState(scope, key),
      getStateEntry: (id, scope, key) => hostOf(id).getStateEntry(scope, key),
      setState: (id, scope, key, value, version) => hostOf(id).setState(scope, key, value, version),
      stateHistory: (id, scope, key, limit) => hostOf(id).stateHistory(scope, key, limit),
      incrementState: (id, scope, key, by) => hostOf(id).incrementState(scope, key, by),
      mergeState: (id, scope, key, patch) => hostOf(id).mergeState(scope, key, patch),
      deleteState: (id, scope, key) => hostOf(id).deleteState(scope, key),
      loadProxy: (id) => hostOf(id).loadProxy(),
      loadSession: (id) => loadSession(hostOf(id)),
      askHost: (host) => this.#desk.ask(host),
      enterHost: (id, host, perHost) => this.#desk.enter(id, host, perHost),
      leaveHost: (id) => this.#desk.leave(id),
      leaveAdopted: (host) => this.#desk.leaveAdopted(host),
      pauseHost: (host, milliseconds) => this.#desk.pause(host, milliseconds),
      reportPace: (report) => this.#start.reportPace(report),
      land: (id, key) => hostOf(id).land(key),
      recall: (id, what, url) => hostOf(id).recall(what, url),
    };
  }

  /** Raw output: of the attempt, if only one runs; of the runner, told to all, otherwise. */
  #follow(stream: "stdout" | "stderr", readable: Readable | null): void {
    const decoder = new StringDecoder("utf8");
    let rest = "";
    readable?.on("data", (bytes: Buffer) => {
      rest += decoder.write(bytes);
      if (stream === "stderr") this.#lastWords = (this.#lastWords + rest).slice(-LAST_WORDS);
      const end = rest.length > LONGEST_LINE ? rest.length : rest.lastIndexOf("\n") + 1;
      if (end > 0) this.#tell(stream, rest.slice(0, end).replace(/\n$/, ""));
      rest = rest.slice(end);
    });
    readable?.on("end", () => rest !== "" && this.#tell(stream, rest));
  }

  #tell(stream: "stdout" | "stderr", text: string): void {
    const logs = [...this.#logs.values()];
    const line: LogLine = {
      stream,
      level: stream === "stderr" ? "warn" : "info",
      time: Date.now(),
      text: text.replaceAll("\0", "\u{FFFD}"),
    };
    const shared: LogLine = {
      ...line,
      stream: "system",
      text: `(${stream} of the runner, shared by ${logs.length} attempts) ${line.text}`,
    };
    for (const log of logs) log.add(logs.length === 1 ? line : shared);
  }

  #unready(how: string): Readiness {
    const words = this.lastWords();
    const message = `the task file ended its process while it was imported (${how})${words === "" ? "" : `: ${words}`}`;
    return { reason: "error", error: { code: "task_file_invalid", message } };
  }

  #send(messages: readonly unknown[]): void {
    if (this.#child.connected) this.#child.send(messages as object[], () => {});
  }
}

function spawns({ spec }: Assignment): boolean {
  return spec.fixtures === null || spec.fixtures.includes("spawn");
}

/** Which error it was does not survive the way to the runner. */
async function loadSession(host: ExecutionHost): Promise<LoadedSession> {
  try {
    return { type: "loaded", state: await host.loadSession() };
  } catch (error) {
    if (error instanceof LockedError) return { type: "locked", message: error.message };
    throw error;
  }
}

/** Its last words arrive after its end, but a child of its own may hold the pipes open: they are not waited for long. */
function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("exit", (code, signal) => {
      const how = signal ?? `exit code ${code}`;
      child.once("close", () => resolve(how));
      setTimeout(() => resolve(how), PIPES_LIMIT).unref();
    });
    child.once("error", (error) => resolve(error.message));
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It ended in between.
  }
}
