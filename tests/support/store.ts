/** A real store in a temporary folder, with a clock that tests move. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { DEFAULT_LIMITS, NO_RETRY, type TaskSpec } from "../../apps/server/core/definition.ts";
import type { RunDraft, TaskRunDraft } from "../../apps/server/core/run-store.ts";
import { openStore, type Store } from "../../apps/server/store/index.ts";
import { startLibsqlServer } from "./libsql-server.ts";

export interface TestStore extends Store {
  readonly folder: string;
  /** What the store's clock says; assign to move it. */
  time: number;
  newId(): string;
  /** The same database as another life of the server sees it. */
  reopen(boot: string): Promise<Store>;
}

/** @param remote on a libSQL server in place of a file */
export async function makeStore(boot = "boot-1", remote = false): Promise<TestStore> {
  const folder = mkdtempSync(join(tmpdir(), "ultravisor-store-"));
  const holder = { time: 1_000_000, next: 0 };
  const file = join(folder, "test.db");
  const server = remote ? await startLibsqlServer(file) : null;
  const newId = (): string => `id-${String(++holder.next).padStart(6, "0")}`;
  const open = (as: string): Promise<Store> =>
    openStore({
      ...{ url: server?.url ?? `file:${file}`, node: "node-a", boot: as, clock: () => holder.time, newId },
      capacity: { cpu: 4, memory: 1000 },
    });
  const store = await open(boot);
  onTestFinished(() => {
    store.close();
    server?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const reopen = (as: string): Promise<Store> => {
    store.close();
    return open(as);
  };
  return Object.defineProperty({ ...store, folder, newId, reopen } as TestStore, "time", {
    get: () => holder.time,
    set: (time: number) => {
      holder.time = time;
    },
  });
}

export const SPEC: TaskSpec = {
  kind: "code",
  source: "example",
  file: "/tasks/example.ts",
  hash: "0",
  retry: NO_RETRY,
  timeout: 1000,
  limits: DEFAULT_LIMITS,
  env: {},
  fixtures: null,
};

/** A run of tasks, each named with what it needs: `{ a: [], b: ["a"] }`. */
export function draftRun(
  id: string,
  needs: Readonly<Record<string, readonly string[]>> = { example: [] },
  more: Partial<RunDraft> = {},
): RunDraft {
  const tasks = Object.entries(needs).map(
    ([task, needed]): TaskRunDraft => ({
      ...{ id: `${id}-${task}`, task, key: "", parent: null, root: `${id}-${task}`, depth: 0, spec: SPEC, input: {} },
      needs: needed.map((name) => `${id}-${name}`),
    }),
  );
  const trigger = { kind: "manual", id: null, nominalAt: null, runId: null } as const;
  return { id, name: "example", kind: "operation", trigger, idempotencyKey: null, input: {}, tasks, ...more };
}

/** Subtasks of a task run that was claimed, by key. */
export function draftSubtasks(
  parent: { id: string; root: string; task: string; depth: number },
  keys: readonly string[],
  newId: () => string,
): TaskRunDraft[] {
  return keys.map((key) => ({
    id: newId(),
    task: parent.task,
    key,
    parent: parent.id,
    root: parent.root,
    depth: parent.depth + 1,
    spec: SPEC,
    input: { key },
    needs: [],
  }));
}

export const NOTHING_LEFT = {
  output: null,
  spawned: [],
  stops: [],
  records: [],
  files: [],
  report: {},
  usage: { cpuMs: null, peakMemoryBytes: null },
} as const;

export const FAILURE = {
  reason: "error",
  error: { code: "error", message: "it broke" },
  files: [],
  usage: { cpuMs: null, peakMemoryBytes: null },
} as const;
