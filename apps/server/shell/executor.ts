/** Executes shell tasks: `sh -c` in a process group of its own, in the run's staging folder, with a small environment. */
import { once } from "node:events";
import type { Breach } from "../core/attempt-limits.ts";
import type { Assignment, ExecutionHost, Executor, FileDraft, Outcome, Usage } from "../core/execution.ts";
import type { FileStore } from "../core/files.ts";
import { environmentOf, type Incarnation, marksOf, type Places } from "./environment.ts";
import { LimitWatch } from "./limit-watch.ts";
import { OutputCapture, type OutputLimits } from "./output.ts";
import { remove, SparePlaces } from "./places.ts";
import type { Marks } from "./processes.ts";
import { keepFiles, readOutput } from "./results.ts";
import { signalNumbered } from "./signals.ts";
import { type Exit, type Started, startProcess } from "./start.ts";
import { killTree, type Stoppable, stopLeftovers, stopTree } from "./stop.ts";
import { UsageMeter } from "./usage.ts";

export interface ShellExecutorOptions extends Incarnation {
  readonly files: FileStore;
  /** Variables of the server that commands may see (PATH, HOME, LANG …). */
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds between SIGTERM and SIGKILL; default 10 s. */
  readonly grace?: number;
  readonly outputLimits?: OutputLimits;
}

const GRACE = 10_000;
const OUTPUT_LIMITS: OutputLimits = { head: 1024 * 1024, tail: 4 * 1024 * 1024 };
const NO_USAGE: Usage = { cpuMs: null, peakMemoryBytes: null, exitCode: null, signal: null };

export function createShellExecutor(options: ShellExecutorOptions): Executor {
  const parts: Parts = { ...options, watch: new LimitWatch(), places: new SparePlaces() };
  const closing = new AbortController();
  const running = new Set<Promise<Outcome>>();
  return {
    async execute(assignment, host, signal) {
      const outcome = attempt(parts, assignment, host, AbortSignal.any([signal, closing.signal]));
      running.add(outcome);
      return outcome.finally(() => running.delete(outcome));
    },
    async close() {
      closing.abort();
      await Promise.all(running);
    },
  };
}

interface Parts extends ShellExecutorOptions {
  readonly watch: LimitWatch;
  readonly places: SparePlaces;
}

interface Breached {
  readonly breach: Breach;
  readonly pids: readonly number[];
}

/** How a command came to its end. */
type End =
  | { readonly type: "exited"; readonly code: number }
  | { readonly type: "stopped"; readonly by: "timeout" | "cancel" | Breach }
  | { readonly type: "unstarted"; readonly error: Error };

async function attempt(
  options: Parts,
  assignment: Assignment,
  host: ExecutionHost,
  signal: AbortSignal,
): Promise<Outcome> {
  if (signal.aborted) return { type: "cancelled", usage: NO_USAGE };
  let places: Places | null = null;
  try {
    places = await options.places.take(assignment);
    const { env, omitted } = environmentOf(options.env, assignment, options, places);
    if (omitted.length > 0)
      say(host, "warn", `too large for an environment variable: ${omitted.join(", ")}; read $ULTRAVISOR_INPUT_FILE`);
    const command = new Command(options, assignment, host, env);
    const end = await command.run(signal);
    if (end.type === "exited" && options.places.giveBack(assignment.staging, places)) places = null;
    const files = places === null ? [] : await keepFiles(places.out, options.files);
    return await outcomeOf(end, command, places?.output ?? null, files, assignment);
  } catch (error) {
    return failed("error", "error", error instanceof Error ? error.message : String(error), [], NO_USAGE);
  } finally {
    if (places !== null) await remove(places);
  }
}

class Command {
  readonly #options: Parts;
  readonly #assignment: Assignment;
  readonly #host: ExecutionHost;
  readonly #env: Readonly<Record<string, string>>;
  readonly output: OutputCapture;
  #meter: UsageMeter | null = null;
  /** As far as it was looked at: also of what is no child of the command any more. */
  #peak = 0;
  #exit: Exit | null = null;

  constructor(options: Parts, assignment: Assignment, host: ExecutionHost, env: Readonly<Record<string, string>>) {
    this.#options = options;
    this.#assignment = assignment;
    this.#host = host;
    this.#env = env;
    this.output = new OutputCapture(options.outputLimits ?? OUTPUT_LIMITS, (line) => host.log(line));
  }

  async run(signal: AbortSignal): Promise<End> {
    try {
      return await this.#await(await this.#start(), signal);
    } catch (error) {
      return { type: "unstarted", error: error instanceof Error ? error : new Error(String(error)) };
    } finally {
      this.#meter?.stop();
      this.output.end();
    }
  }

  usage(): Usage {
    const code = this.#exit?.code ?? null;
    const signal = this.#exit?.signal ?? (code === null ? null : signalOf(code));
    return {
      cpuMs: this.#exit?.cpuMs ?? this.#meter?.cpuMs() ?? null,
      peakMemoryBytes: Math.max(this.#meter?.peakMemoryBytes() ?? 0, this.#peak) || null,
      exitCode: signal ? null : code,
      signal,
    };
  }

  async #start(): Promise<Started> {
    const argv = ["/bin/sh", "-c", this.#assignment.spec.command ?? ""] as const;
    const folder = this.#assignment.staging;
    try {
      return await startProcess({ argv, folder, env: this.#env });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`the command could not be started in ${folder}: ${why}`, { cause: error });
    }
  }

  async #await({ pid: group, stdout, stderr, ...started }: Started, signal: AbortSignal): Promise<End> {
    const closed = Promise.all([once(stdout, "close"), once(stderr, "close")]);
    this.output.follow("stdout", stdout);
    this.output.follow("stderr", stderr);
    this.#meter = new UsageMeter(group);
    const exited = started.exited.then((exit) => {
      this.#exit = exit;
      return "exited" as const;
    });
    const from = performance.now();
    const { stopped, forget } = stopRequest(this.#assignment.spec.timeout, signal);
    const marks = marksOf(this.#assignment, this.#options);
    const { breached, unwatch } = this.#watch(group, marks);
    const first = await Promise.race([exited, stopped, breached]);
    forget();
    unwatch();
    const stoppable: Stoppable = {
      ...{ group, marks },
      grace: this.#options.grace ?? GRACE,
      hasEnded: () => this.#exit !== null,
      say: (text) => say(this.#host, "warn", text),
    };
    if (first === "exited") await stopLeftovers(stoppable, performance.now() - from);
    else if (typeof first === "object") {
      say(this.#host, "error", first.breach.message);
      await killTree(stoppable, first.pids);
    } else {
      say(this.#host, "warn", first === "timeout" ? `took longer than ${seconds(this.#assignment)}` : "cancelled");
      await stopTree(stoppable);
    }
    await exited;
    await closed;
    if (first === "exited") return { type: "exited", code: this.#exit?.code ?? 128 };
    return { type: "stopped", by: typeof first === "object" ? first.breach : first };
  }

  #watch(group: number, marks: Marks): { readonly breached: Promise<Breached>; unwatch(): void } {
    const { promise: breached, resolve } = Promise.withResolvers<Breached>();
    const unwatch = this.#options.watch.add({
      ...{ group, marks },
      onBreach: (breach, pids) => resolve({ breach, pids }),
      limits: this.#assignment.spec.attemptLimits ?? {},
      warn: (text) => say(this.#host, "warn", text),
      onLook: ({ memory }) => {
        this.#peak = Math.max(this.#peak, memory);
      },
    });
    return { breached, unwatch };
  }
}

function stopRequest(
  timeout: number,
  signal: AbortSignal,
): { readonly stopped: Promise<"timeout" | "cancel">; forget(): void } {
  const { promise, resolve } = Promise.withResolvers<"timeout" | "cancel">();
  const cancel = (): void => resolve("cancel");
  const timer = setTimeout(() => resolve("timeout"), Math.min(timeout, 2 ** 31 - 1));
  signal.addEventListener("abort", cancel);
  if (signal.aborted) cancel();
  return {
    stopped: promise,
    forget() {
      clearTimeout(timer);
      signal.removeEventListener("abort", cancel);
    },
  };
}

async function outcomeOf(
  end: End,
  command: Command,
  outputFile: string | null,
  files: readonly FileDraft[],
  assignment: Assignment,
): Promise<Outcome> {
  const usage = command.usage();
  if (end.type === "unstarted") return failed("error", "error", end.error.message, files, usage);
  if (end.type === "stopped" && end.by === "cancel") return { type: "cancelled", usage };
  if (end.type === "stopped" && typeof end.by === "object")
    return failed(end.by.reason, end.by.reason, end.by.message, files, usage);
  if (end.type === "stopped")
    return failed("timeout", "timeout", `took longer than ${seconds(assignment)} and was ended`, files, usage);
  if (end.code !== 0) {
    const detail = command.output.lastError();
    const what = usage.signal ? `killed by ${usage.signal}` : `exit code ${end.code}`;
    return failed("exit", "exit", detail === "" ? what : `${what}: ${detail.slice(0, 500)}`, files, usage);
  }
  try {
    const output = (outputFile === null ? undefined : await readOutput(outputFile)) ?? command.output.lastLines();
    return { type: "succeeded", output, spawned: [], records: [], files, report: {}, usage };
  } catch (error) {
    return failed("error", "invalid_output", error instanceof Error ? error.message : String(error), files, usage);
  }
}

function failed(
  reason: "error" | "exit" | "timeout" | Breach["reason"],
  code: string,
  message: string,
  files: readonly FileDraft[],
  usage: Usage,
): Outcome {
  return { type: "failed", reason, error: { code, message }, retryable: true, retryAfter: null, files, usage };
}

function say(host: ExecutionHost, level: "warn" | "error", text: string): void {
  host.log({ stream: "system", level, time: Date.now(), text });
}

function seconds(assignment: Assignment): string {
  return `${assignment.spec.timeout / 1000} s`;
}

/** A shell tells 128 + n for a command killed by signal n. */
function signalOf(code: number): NodeJS.Signals | null {
  return code > 128 ? signalNumbered(code - 128) : null;
}
