/** Runs one command line through the real executor, with a real staging folder, and gives what came of it. */
import { createHash, randomUUID } from "node:crypto";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { TaskSpec } from "../../../apps/server/core/definition.ts";
import type { Assignment, ExecutionHost, Executor, LogLine, Outcome } from "../../../apps/server/core/execution.ts";
import type { FileStore } from "../../../apps/server/core/files.ts";
import type { JsonObject } from "../../../apps/server/core/json.ts";
import { createShellExecutor, type ShellExecutorOptions } from "../../../apps/server/shell/executor.ts";

export interface CommandOptions {
  readonly input?: JsonObject;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeout?: number;
  readonly spec?: Partial<TaskSpec>;
  readonly signal?: AbortSignal;
  readonly executor?: Partial<ShellExecutorOptions>;
  readonly onLine?: (line: LogLine) => void;
}

export interface Finished {
  readonly outcome: Outcome;
  readonly lines: readonly LogLine[];
  readonly taskRunId: string;
  readonly staging: string;
  readonly kept: ReadonlyMap<string, Buffer>;
}

export async function run(command: string, options: CommandOptions = {}): Promise<Finished> {
  const staging = await realpath(await mkdtemp(join(tmpdir(), "ultravisor-shell-")));
  onTestFinished(() => rm(staging, { recursive: true, force: true }));
  const kept = new Map<string, Buffer>();
  const lines: LogLine[] = [];
  const executor = executorOf({ files: memoryFiles(kept), ...options.executor });
  const assignment = assignmentOf(command, staging, options);
  const host = hostOf((line) => {
    lines.push(line);
    options.onLine?.(line);
  });
  const outcome = await executor.execute(assignment, host, options.signal ?? new AbortController().signal);
  return { outcome, lines, taskRunId: assignment.taskRunId, staging, kept };
}

export function executorOf(options: Partial<ShellExecutorOptions> = {}): Executor {
  const executor = createShellExecutor({
    boot: "boot-1",
    data: randomUUID(),
    files: memoryFiles(new Map()),
    env: { PATH: "/usr/bin:/bin" },
    grace: 500,
    ...options,
  });
  onTestFinished(() => executor.close());
  return executor;
}

export function assignmentOf(command: string, staging: string, options: CommandOptions = {}): Assignment {
  return {
    runId: randomUUID(),
    runName: "demo",
    taskRunId: randomUUID(),
    task: "demo",
    key: null,
    parent: null,
    attempt: 1,
    input: options.input ?? {},
    staging,
    spec: {
      kind: "shell",
      source: "demo",
      file: "/tasks/demo.yaml",
      hash: "0",
      command,
      retry: { attempts: 1, delay: 1000, backoff: "fixed", maxDelay: 1000 },
      timeout: options.timeout ?? 20_000,
      limits: { depth: 100, subtasks: 1000 },
      env: options.env ?? {},
      fixtures: [],
      ...options.spec,
    },
  };
}

export function hostOf(log: (line: LogLine) => void): ExecutionHost {
  const none = { getState: async () => undefined, setState: async () => 0, deleteState: async () => {} };
  return {
    log,
    ...none,
    getStateEntry: async () => null,
    stateHistory: async () => [],
    incrementState: async () => null,
    mergeState: async () => null,
    land: async () => true,
    recall: async () => null,
    newsOfKeys: () => null,
    loadSession: async () => null,
    loadProxy: async () => null,
  };
}

/** Bytes kept in memory: what a file store promises, without a disk. */
export function memoryFiles(kept: Map<string, Buffer>): FileStore {
  return {
    async put(source) {
      const parts: Uint8Array[] = [];
      for await (const part of source) parts.push(part);
      const bytes = Buffer.concat(parts);
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      kept.set(sha256, bytes);
      return { sha256, size: bytes.length };
    },
    open: async () => null,
    has: async (sha256) => kept.has(sha256),
    partial: () => Promise.reject(new Error("nothing here arrives bit by bit")),
  };
}

export function textOf(lines: readonly LogLine[], stream: LogLine["stream"]): string {
  return lines
    .filter((line) => line.stream === stream)
    .map((line) => line.text)
    .join("\n");
}
