/** A real prober over a real shell, real runners, and a real state store. */
import { join } from "node:path";
import type { Finding } from "../../../apps/server/core/condition.ts";
import { parseCondition } from "../../../apps/server/core/condition-form.ts";
import { createDiskFileStore } from "../../../apps/server/files/disk.ts";
import { createProber } from "../../../apps/server/probe/index.ts";
import { createShellExecutor } from "../../../apps/server/shell/executor.ts";
import { makeStore, type TestStore } from "../../support/store.ts";
import { lab } from "../runner/runners.ts";

export interface TestProber {
  readonly store: TestStore;
  readonly folder: string;
  /** Looks once at a condition in its YAML form. */
  look(form: object, signal?: AbortSignal): Promise<Finding>;
}

export async function makeProber(): Promise<TestProber> {
  const store = await makeStore();
  const { pool } = await lab();
  const env = { PATH: "/usr/bin:/bin" };
  const shell = createShellExecutor({
    data: store.folder,
    boot: "boot-1",
    env,
    files: createDiskFileStore(store.folder),
  });
  const folder = join(store.folder, "conditions");
  const prober = createProber({ state: store.state, node: "node-a", folder, executors: { shell, browser: pool } });
  return {
    store,
    folder: store.folder,
    look: (form, signal = new AbortController().signal) => prober.probe(parseCondition(form).probe, signal),
  };
}
