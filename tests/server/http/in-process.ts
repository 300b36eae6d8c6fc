/** What a test's server has in this process: tasks as functions, their delivery, their execution, and a log to look at. */
import { DEFAULT_LIMITS, type Definition, NO_RETRY } from "../../../apps/server/core/definition.ts";
import { UltravisorError } from "../../../apps/server/core/errors.ts";
import type { Assignment, ExecutionHost, Executor, Outcome } from "../../../apps/server/core/execution.ts";
import type { JsonObject } from "../../../apps/server/core/json.ts";
import type { Catalog, Logger, TaskQueue } from "../../../apps/server/core/ports.ts";
import type { Kind } from "../../../apps/server/core/words.ts";

/** What a task of the tests does. */
export type Script = (assignment: Assignment, host: ExecutionHost, signal: AbortSignal) => Promise<Partial<Success>>;
type Success = Extract<Outcome, { type: "succeeded" }>;

export interface Logged {
  readonly level: string;
  readonly facts: object;
  readonly message: string;
}

const NOTHING: Success = {
  type: "succeeded",
  output: null,
  spawned: [],
  records: [],
  files: [],
  report: {},
  usage: { cpuMs: null, peakMemoryBytes: null },
};

const DECLARED = { name: "declared", schema: { type: "object", properties: { url: { type: "string" } } } };

export function makeCatalog(given: readonly Partial<Definition>[]): Catalog {
  const definitions = new Map(given.map((partial) => [partial.name ?? "", toDefinition(partial)]));
  return {
    list: () => [...definitions.values()],
    get: (name) => definitions.get(name),
    collections: () => [DECLARED],
    problems: () => [
      {
        path: "broken.yaml",
        line: 3,
        column: 1,
        message: "expected a mapping, got a list",
        mend: "write `key: value`",
      },
    ],
    parseInput: async (name, input) => {
      if (!definitions.has(name)) throw new UltravisorError("unknown_task", `expected the name of a task, got ${name}`);
      return input as JsonObject;
    },
    onChange: () => () => undefined,
  };
}

function toDefinition({ name = "", ...more }: Partial<Definition>): Definition {
  const spec = {
    kind: "code" as const,
    source: name,
    file: `/tasks/${name}.ts`,
    hash: "0",
    retry: NO_RETRY,
    timeout: 60_000,
    limits: DEFAULT_LIMITS,
    env: {},
    fixtures: null,
  };
  return {
    ...{
      name,
      kind: "code",
      description: `The task ${name}`,
      path: `${name}.ts`,
      hash: "0",
      input: null,
      triggers: [],
      flow: "",
    },
    tasks: [{ name, use: name, needs: [], with: {}, spec }],
    ...more,
  };
}

/** Delivers at once, in this process; closing waits for what is under way, as BullMQ's workers do. */
export function makeQueue(): TaskQueue {
  let handle: ((taskRunId: string, kind: Kind) => Promise<number | null>) | null = null;
  const underWay = new Set<Promise<unknown>>();
  return {
    add: async (deliveries) => {
      const deliver = handle;
      if (deliver === null) return;
      for (const { taskRunId, kind } of deliveries) {
        const work: Promise<unknown> = deliver(taskRunId, kind).finally(() => underWay.delete(work));
        underWay.add(work);
      }
    },
    remove: async () => undefined,
    missing: async () => [],
    work: async (given) => {
      handle = given;
    },
    counts: async () => ({ shell: { waiting: 0 }, browser: { waiting: 2 }, code: { waiting: 0 } }),
    close: async () => {
      await Promise.all(underWay);
      handle = null;
    },
  };
}

export function makeExecutor(scripts: Readonly<Record<string, Script>>): Executor {
  return {
    execute: async (assignment, host, signal) => {
      try {
        const result = await scripts[assignment.spec.source]?.(assignment, host, signal);
        return signal.aborted ? { type: "cancelled", usage: NOTHING.usage } : { ...NOTHING, ...result };
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        const failure = {
          reason: "error",
          error: { code: "error", message },
          retryable: false,
          retryAfter: null,
        } as const;
        return { type: "failed", ...failure, files: [], usage: NOTHING.usage };
      }
    },
    close: async () => undefined,
  };
}

export function recorder(logged: Logged[]): Logger {
  const write = (level: string) => (facts: object, message: string) => void logged.push({ level, facts, message });
  return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}
