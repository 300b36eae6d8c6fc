/** A real server on a free port: real store and engine below it; only tasks and their delivery stay in this process. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { hc } from "hono/client";
import { v7 } from "uuid";
import { onTestFinished } from "vitest";
import type { Definition } from "../../../apps/server/core/definition.ts";
import type { Assignment } from "../../../apps/server/core/execution.ts";
import type { FileStore } from "../../../apps/server/core/files.ts";
import type { Health } from "../../../apps/server/core/health.ts";
import { createEngine, type RunningEngine } from "../../../apps/server/engine/index.ts";
import { createNotices } from "../../../apps/server/engine/notices.ts";
import { tellState } from "../../../apps/server/engine/told-state.ts";
import { createDiskFileStore } from "../../../apps/server/files/disk.ts";
import { createStagingStore } from "../../../apps/server/files/staging.ts";
import { type App, createApp } from "../../../apps/server/http/app.ts";
import { type Listening, listen } from "../../../apps/server/http/listen.ts";
import { manifestWriter } from "../../../apps/server/http/manifest.ts";
import type { Services } from "../../../apps/server/http/services.ts";
import { createMirrors } from "../../../apps/server/mirror/index.ts";
import { createProber } from "../../../apps/server/probe/index.ts";
import { openStore, type Store } from "../../../apps/server/store/index.ts";
import { createVault } from "../../../apps/server/store/vault.ts";
import { type Logged, makeCatalog, makeExecutor, makeQueue, recorder, type Script } from "./in-process.ts";
import { rawAsk } from "./requests.ts";

export type { Script } from "./in-process.ts";
export { rawAsk, readEvents } from "./requests.ts";

export const TOKEN = "test-token-0123456789";
export const ROOT = resolve(import.meta.dirname, "../../..");

export interface TestServer {
  readonly url: string;
  readonly app: App;
  readonly client: ReturnType<typeof hc<App>>;
  readonly services: Services;
  readonly store: Store;
  readonly engine: RunningEngine;
  readonly fileStore: FileStore;
  readonly listening: Listening;
  readonly folder: string;
  /** What the server would have written to its log. */
  readonly logged: Logged[];
  /** What the server's clock says; assign to move it. */
  time: number;
  /** Asks with the token. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** Sends JSON with the token. */
  send(method: string, path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Starts a task and waits until its run has ended. */
  run(task: string, input?: object): Promise<string>;
}

export interface TestServerOptions {
  /** Name → what it does. `echo` is always there. */
  readonly scripts?: Readonly<Record<string, Script>>;
  readonly definitions?: readonly Partial<Definition>[];
  readonly services?: Partial<Services>;
}

export async function makeServer(options: TestServerOptions = {}): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), "ultravisor-http-"));
  const clock = { time: Date.parse("2026-03-01T12:00:00Z") };
  const logged: Logged[] = [];
  const logger = recorder(logged);
  const scripts = { echo: async ({ input }: Assignment) => ({ output: input }), ...options.scripts };
  const catalog = makeCatalog([...Object.keys(scripts).map((name) => ({ name })), ...(options.definitions ?? [])]);
  const store = await openStore({
    url: `file:${join(folder, "test.db")}`,
    node: "node-a",
    boot: "boot-1",
    clock: () => clock.time,
    newId: v7,
  });
  const notices = createNotices(logger);
  const queue = makeQueue();
  const executor = makeExecutor(scripts);
  const fileStore = createDiskFileStore(join(folder, "files"));
  const engine = await createEngine({
    ...store,
    catalog,
    staging: createStagingStore(join(folder, "staging")),
    writeManifest: manifestWriter(store, fileStore),
    queue,
    executors: { shell: executor, browser: executor, code: executor },
    vault: createVault(join(folder, "secret.key"), null),
    secret: (name) => (name === "HOOK_SECRET" ? "s3cret" : undefined),
    prober: createProber({
      executors: { shell: executor, browser: executor },
      state: store.state,
      node: "node-a",
      folder: join(folder, "conditions"),
    }),
    notices,
    node: "node-a",
    clock: () => clock.time,
    newId: v7,
    random: () => 0,
    log: logger,
  });
  const services: Services = {
    ...store,
    state: tellState(store.state, notices),
    catalog,
    engine,
    notices,
    queue,
    fileStore,
    mirrors: createMirrors({ captures: store.captures, files: fileStore, clock: () => clock.time }),
    logger,
    health: () => HEALTH,
    clock: () => clock.time,
    node: "node-a",
    token: TOKEN,
    rateLimits: { local: null, remote: null },
    capacity: { cpu: 4, memory: 24e9 },
    allowedHosts: [],
    docsFolder: join(ROOT, "docs"),
    webFolder: join(folder, "web"),
    board: null,
    ...options.services,
  };
  const app = createApp(services);
  const listening = await listen(app, { host: "127.0.0.1", port: 0 });
  await engine.start();
  onTestFinished(async () => {
    await listening.close();
    await engine.stop(0);
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const { url } = listening;
  const headers = { authorization: `Bearer ${TOKEN}` };
  const ask: TestServer["ask"] = (path, init) =>
    fetch(url + path, { ...init, headers: { ...headers, ...init?.headers } });
  const server = {
    ...{ url, app, services, store, engine, fileStore, listening, folder, logged, ask },
    client: hc<App>(url, { headers }),
    send: (method: string, path: string, body: unknown, more: Record<string, string> = {}) =>
      ask(path, { method, body: JSON.stringify(body), headers: { "content-type": "application/json", ...more } }),
    run: async (task: string, input: object = {}) => {
      const { run } = await engine.submit({
        name: task,
        input,
        trigger: { kind: "api", id: null, nominalAt: null, runId: null },
      });
      await ended(services, run.id);
      return run.id;
    },
  };
  return Object.defineProperty(server as unknown as TestServer, "time", {
    get: () => clock.time,
    set: (time: number) => {
      clock.time = time;
    },
  });
}

export const HEALTH: Health = {
  status: "ok",
  version: "0.1.0",
  node: "node-a",
  startedAt: Date.parse("2026-03-01T11:00:00Z"),
  sqlite: "3.45.1",
  queue: "libsql",
  browser: {
    path: "/usr/bin/chromium",
    sandbox: false,
    paces: [{ task: "crawl", limit: 8, most: 16, changes: [{ at: 0, from: 4, to: 8, why: "to see" }] }],
  },
  warnings: ["Chromium runs without its sandbox"],
};

/** Signs a browser in; the answer is its cookie. */
export async function signIn(server: TestServer): Promise<string> {
  const answer = await rawAsk(server.url, `/sign-in?token=${TOKEN}`);
  return answer.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
}

/** Resolves once the run has ended. */
export async function ended(services: Services, runId: string): Promise<void> {
  let unsubscribe = (): void => undefined;
  const told = new Promise<void>((done) => {
    unsubscribe = services.notices.subscribe((notice) => {
      if (notice.type !== "run" || notice.runId !== runId) return;
      void services.runs.get(runId).then((run) => (run?.finishedAt ?? null) !== null && done());
    });
  });
  if (((await services.runs.get(runId))?.finishedAt ?? null) === null) await told;
  unsubscribe();
}
