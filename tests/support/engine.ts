/** A real engine on a real store and a real libSQL queue. Only what task scripts do is scripted by the test. */
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Definition, PlannedTask, TriggerSpec } from "../../apps/server/core/definition.ts";
import { UltravisorError } from "../../apps/server/core/errors.ts";
import type { Assignment, ExecutionHost, Executor, Outcome } from "../../apps/server/core/execution.ts";
import type { JsonObject } from "../../apps/server/core/json.ts";
import type { Catalog, Logger, Notice } from "../../apps/server/core/ports.ts";
import { createEngine, type RunningEngine } from "../../apps/server/engine/index.ts";
import { createNotices } from "../../apps/server/engine/notices.ts";
import { createStagingStore } from "../../apps/server/files/staging.ts";
import { createProber } from "../../apps/server/probe/index.ts";
import { chooseBackend } from "../../apps/server/queue/backend.ts";
import { type BullTaskQueue, createTaskQueue } from "../../apps/server/queue/index.ts";
import { createVault } from "../../apps/server/store/vault.ts";
import { makeStore, SPEC, type TestStore } from "./store.ts";

export type Script = (
  assignment: Assignment,
  host: ExecutionHost,
  signal: AbortSignal,
) => Promise<Partial<Omit<Succeeded, "type">> | Exclude<Outcome, Succeeded>>;

type Succeeded = Extract<Outcome, { type: "succeeded" }>;

export interface TestEngine {
  readonly engine: RunningEngine;
  readonly store: TestStore;
  readonly queue: BullTaskQueue;
  /** The first notice that `matches`, from now on. */
  next(matches: (notice: Notice) => boolean): Promise<Notice>;
  /** Resolves when the run is final. */
  finished(runId: string): Promise<void>;
  submit(name: string, input?: object): Promise<string>;
  /** Serves other definitions from now on. */
  serve(definitions: readonly Definition[]): void;
}

const USAGE = { cpuMs: null, peakMemoryBytes: null };
export const SILENT: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** A definition of one code task that the test's script plays. */
export function defineTask(
  name: string,
  more: { triggers?: readonly TriggerSpec[]; spec?: Partial<PlannedTask["spec"]> } = {},
): Definition {
  const spec = { ...SPEC, source: name, ...more.spec };
  const common = { description: "", path: `${name}.ts`, hash: "0", input: null, flow: "" };
  return {
    ...common,
    name,
    kind: "code",
    triggers: more.triggers ?? [],
    tasks: [{ name, use: name, needs: [], with: {}, spec }],
  };
}

/** An operation of such tasks, each with what it needs. */
export function defineOperation(name: string, needs: Readonly<Record<string, readonly string[]>>): Definition {
  const tasks = Object.entries(needs).map(([task, needed]) => ({
    name: task,
    use: task,
    needs: needed,
    with: {},
    spec: { ...SPEC, source: task },
  }));
  return { ...defineTask(name), kind: "operation", tasks };
}

export async function makeEngine(
  definitions: readonly Definition[],
  script: Script,
  options: { start?: boolean; atOnce?: number } = {},
): Promise<TestEngine> {
  const store = await makeStore();
  const served = { definitions, listeners: new Set<() => void>() };
  const notices = createNotices(SILENT);
  const clock = (): number => Date.now();
  const backend = chooseBackend("libsql", join(store.folder, "queue.db"));
  const queue = createTaskQueue({
    backend,
    concurrency: { shell: 2, browser: 2, code: options.atOnce ?? 4 },
    clock,
    log: SILENT,
  });
  const executor: Executor = {
    execute: async (...args) => complete(await script(...args)),
    close: async () => undefined,
  };
  const engine = await createEngine({
    ...store,
    ...{
      catalog: catalogOf(served),
      queue,
      notices,
      clock,
      newId: store.newId,
      log: SILENT,
      node: "node-a",
      random: () => 0,
    },
    executors: { shell: executor, browser: executor, code: executor },
    secret: () => undefined,
    vault: createVault(join(store.folder, "secret.key"), null),
    prober: createProber({
      executors: { shell: executor, browser: executor },
      state: store.state,
      node: "node-a",
      folder: join(store.folder, "conditions"),
    }),
    staging: createStagingStore(join(store.folder, "staging")),
    writeManifest: async () => ({ sha256: "0".repeat(64), size: 0 }),
  });
  if (options.start !== false) await engine.start();
  onTestFinished(() => engine.stop(0));
  const next: TestEngine["next"] = (matches) =>
    new Promise((resolve) => {
      const unsubscribe = notices.subscribe((notice) => {
        if (!matches(notice)) return;
        unsubscribe();
        resolve(notice);
      });
    });
  return {
    ...{ engine, store, queue, next },
    async finished(runId) {
      const seen = next(
        (notice) =>
          notice.type === "run" && notice.runId === runId && notice.state !== "queued" && notice.state !== "running",
      );
      const run = await store.runs.get(runId);
      if (run?.finishedAt === null) await seen;
    },
    submit: async (name, input = {}) =>
      (await engine.submit({ name, input, trigger: { kind: "api", id: null, nominalAt: null, runId: null } })).run.id,
    serve(definitions) {
      served.definitions = definitions;
      for (const listener of served.listeners) listener();
    },
  };
}

function complete(part: Awaited<ReturnType<Script>>): Outcome {
  if ("type" in part) return part;
  const nothing = { output: null, spawned: [], records: [], files: [], report: {}, usage: USAGE };
  return { ...nothing, ...part, type: "succeeded" };
}

function catalogOf(served: { definitions: readonly Definition[]; listeners: Set<() => void> }): Catalog {
  return {
    list: () => served.definitions,
    get: (name) => served.definitions.find((definition) => definition.name === name),
    problems: () => [],
    collections: () => [],
    async parseInput(_name, input) {
      if (typeof input === "object" && input !== null && "wrong" in input)
        throw new UltravisorError("invalid_input", "input.wrong: expected nothing of the kind");
      return input as JsonObject;
    },
    onChange(listener) {
      served.listeners.add(listener);
      return () => served.listeners.delete(listener);
    },
  };
}
