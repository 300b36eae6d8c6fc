/** One attempt as the server sees it: its time limit, its cancellation, and what it means when the process dies. */
import type { Breach } from "../core/attempt-limits.ts";
import type { Assignment, ExecutionHost, Outcome, Usage } from "../core/execution.ts";
import { MemoryWatch } from "./memory-watch.ts";
import type { RunnerProcess } from "./process.ts";
import type { Executed, StopReason } from "./protocol.ts";

export interface Supervision {
  readonly process: RunnerProcess;
  readonly assignment: Assignment;
  readonly host: ExecutionHost;
  readonly signal: AbortSignal;
  readonly grace: number;
  /** Bytes that a process has in use. */
  memoryOf(pid: number): number;
}

export interface Supervised {
  readonly outcome: Outcome;
  /** The runner goes on; it ends with its other attempts, since the script still runs; or it must be killed. */
  readonly keep: "runner" | "others" | "nothing";
}

const NO_USAGE: Usage = { cpuMs: null, peakMemoryBytes: null };
/** How long a task file's import may take. */
const IMPORT_LIMIT = 60_000;

export async function supervise(parts: Supervision): Promise<Supervised> {
  const importing = stopRequest(IMPORT_LIMIT, parts.signal);
  const ready = await Promise.race([parts.process.ready, importing.stopped]);
  importing.forget();
  if (ready === "cancel") return { outcome: { type: "cancelled", usage: NO_USAGE }, keep: "runner" };
  if (ready === "timeout") {
    return {
      outcome: failed("timeout", `importing the task file took longer than ${IMPORT_LIMIT / 1000} s`, true),
      keep: "nothing",
    };
  }
  if (ready) {
    const outcome: Outcome = {
      type: "failed",
      reason: ready.reason,
      error: ready.error,
      retryable: false,
      retryAfter: null,
      files: [],
      usage: NO_USAGE,
    };
    return { outcome, keep: "others" };
  }
  return executeWithin(parts);
}

async function executeWithin(parts: Supervision): Promise<Supervised> {
  const { process, assignment, host } = parts;
  const id = `${assignment.taskRunId}#${assignment.attempt}`;
  const request = stopRequest(assignment.spec.timeout, parts.signal);
  const memory = new MemoryWatch(parts);
  const executed = process.execute(id, assignment, host);
  const first = await Promise.race([executed, request.stopped, memory.breached]);
  request.forget();
  memory.stop();
  if (first === "timeout" || first === "cancel") return stop(parts, id, first, executed);
  if (first === null) return crashed(process);
  if ("message" in first) return overLimit(parts, first, memory.peak);
  const supervised = finished(first);
  return supervised.keep === "runner" && memory.hasSwollen() ? { ...supervised, keep: "others" } : supervised;
}

function overLimit({ host }: Supervision, { reason, message }: Breach, peakMemoryBytes: number): Supervised {
  say(host, message);
  return { outcome: { ...failed(reason, message, true), usage: { ...NO_USAGE, peakMemoryBytes } }, keep: "nothing" };
}

/** Asks, waits for the grace, and kills the process as the last resort: other attempts in it would be lost. */
async function stop(
  parts: Supervision,
  id: string,
  why: StopReason,
  executed: Promise<Executed | null>,
): Promise<Supervised> {
  const { process, assignment, grace } = parts;
  const limit = `${assignment.spec.timeout / 1000} s`;
  say(parts.host, why === "timeout" ? `took longer than ${limit}; asked to end` : "cancelled; asked to end");
  process.stop(id, why);
  const patience = stopRequest(grace, new AbortController().signal);
  const answer = await Promise.race([executed, patience.stopped]);
  patience.forget();
  const hangs = answer === "timeout" || answer === "cancel";
  if (hangs) say(parts.host, `did not end within ${grace / 1000} s; SIGKILL to its runner`);
  const keep = hangs ? "nothing" : answer?.abandoned ? "others" : "runner";
  const usage = hangs || !answer ? NO_USAGE : answer.outcome.usage;
  if (why === "cancel") return { outcome: { type: "cancelled", usage }, keep };
  const files = !hangs && answer && "files" in answer.outcome ? answer.outcome.files : [];
  const outcome = failed("timeout", `took longer than ${limit} and was ended`, true);
  return { outcome: { ...outcome, files, usage }, keep };
}

function finished(executed: Executed): Supervised {
  return { outcome: executed.outcome, keep: executed.abandoned ? "others" : "runner" };
}

async function crashed(process: RunnerProcess): Promise<Supervised> {
  const words = process.lastWords();
  const message = `the runner's process ended (${await process.ended}) while the task ran${words === "" ? "" : `: ${words}`}`;
  return { outcome: failed("crashed", message, true), keep: "others" };
}

function failed(
  reason: "timeout" | "crashed" | Breach["reason"],
  message: string,
  retryable: boolean,
): Extract<Outcome, { type: "failed" }> {
  return {
    type: "failed",
    reason,
    error: { code: reason, message },
    retryable,
    retryAfter: null,
    files: [],
    usage: NO_USAGE,
  };
}

function stopRequest(timeout: number, signal: AbortSignal): { readonly stopped: Promise<StopReason>; forget(): void } {
  const { promise, resolve } = Promise.withResolvers<StopReason>();
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

function say(host: ExecutionHost, text: string): void {
  host.log({ stream: "system", level: "warn", time: Date.now(), text });
}
