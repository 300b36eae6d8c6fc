/** Commands and pages are looked at by those who execute tasks, with their limits and their clean-up, but without a run. */
import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Finding, Probe } from "../core/condition.ts";
import { DEFAULT_LIMITS, NO_RETRY, type TaskSpec } from "../core/definition.ts";
import type { Assignment, ExecutionHost, Executor, Outcome } from "../core/execution.ts";
import type { JsonObject } from "../core/json.ts";

export interface Hands {
  readonly executors: { readonly shell: Executor; readonly browser: Executor };
  /** Where commands have their working folder. */
  readonly folder: string;
}

const PAGE_TASK = fileURLToPath(new URL("./page-task.ts", import.meta.url));
const PAGE_TIMEOUT_MS = 60_000;

export async function runCommand(
  hands: Hands,
  { command, timeout }: Extract<Probe, { kind: "shell" }>,
  signal: AbortSignal,
): Promise<Finding> {
  const spec: TaskSpec = { ...SPEC, kind: "shell", command, timeout };
  const outcome = await hands.executors.shell.execute(await assignment(hands, spec, {}), SILENT, signal);
  if (outcome.type === "succeeded") return { value: 0 };
  const code = outcome.type === "failed" && outcome.reason === "exit" ? outcome.usage.exitCode : null;
  return typeof code === "number" ? { value: code } : { problem: problemOf(outcome) };
}

export async function lookAtPage(
  hands: Hands,
  { url, selector, fact }: Extract<Probe, { kind: "page" }>,
  signal: AbortSignal,
): Promise<Finding> {
  const how = { file: PAGE_TASK, hash: "condition", fixtures: ["input", "visit"] };
  return executeLook(hands, how, { url, selector, fact } as unknown as JsonObject, signal);
}

/** A look by the code of a task file. */
export async function executeLook(
  hands: Hands,
  how: Pick<TaskSpec, "file" | "hash" | "checks" | "fixtures">,
  input: JsonObject,
  signal: AbortSignal,
): Promise<Finding> {
  const spec: TaskSpec = { ...SPEC, ...how, kind: "browser", timeout: PAGE_TIMEOUT_MS };
  const outcome = await hands.executors.browser.execute(await assignment(hands, spec, input), SILENT, signal);
  return outcome.type === "succeeded" ? (outcome.output as Finding) : { problem: problemOf(outcome) };
}

const SPEC: Omit<TaskSpec, "kind"> = {
  source: "condition",
  file: "",
  hash: "condition",
  retry: NO_RETRY,
  timeout: 0,
  limits: DEFAULT_LIMITS,
  env: {},
  fixtures: ["input", "visit"],
};

async function assignment({ folder }: Hands, spec: TaskSpec, input: JsonObject): Promise<Assignment> {
  await mkdir(folder, { recursive: true });
  const id = randomUUID();
  const names = { runId: id, runName: "condition", taskRunId: id, task: "condition", key: null, parent: null };
  return { ...names, attempt: 1, input, spec, staging: folder };
}

/** What a look says on its way is not kept, and it changes no state. */
const SILENT: ExecutionHost = {
  log: () => undefined,
  getState: async () => undefined,
  getStateEntry: async () => null,
  setState: async () => 0,
  stateHistory: async () => [],
  incrementState: async () => null,
  mergeState: async () => null,
  deleteState: async () => undefined,
  loadSession: async () => null,
  loadProxy: async () => null,
  land: async () => true,
  recall: async () => null,
  newsOfKeys: () => null,
};

function problemOf(outcome: Exclude<Outcome, { type: "succeeded" }>): string {
  if (outcome.type === "failed") return outcome.error.message;
  return outcome.type === "skipped" ? outcome.message : "the look was broken off";
}
