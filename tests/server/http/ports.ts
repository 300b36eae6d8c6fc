/** A real server on a free port: real store and engine below it; only tasks and their delivery stay in this process. */
import { mkdtempSync, rmSync } from "node:fs";
import { request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { hc } from "hono/client";
import { v7 } from "uuid";
import { onTestFinished } from "vitest";
import { type Definition, NO_RETRY } from "../../../apps/server/core/definition.ts";
import { UltravisorError } from "../../../apps/server/core/errors.ts";
import type { Assignment, ExecutionHost, Executor, Outcome } from "../../../apps/server/core/execution.ts";
import type { FileStore } from "../../../apps/server/core/files.ts";
import type { JsonObject } from "../../../apps/server/core/json.ts";
import type { Catalog, Health, Logger, TaskQueue } from "../../../apps/server/core/ports.ts";
import type { Kind } from "../../../apps/server/core/words.ts";
import { createEngine, type RunningEngine } from "../../../apps/server/engine/index.ts";
import { createNotices } from "../../../apps/server/engine/notices.ts";
import { createDiskFileStore } from "../../../apps/server/files/disk.ts";
import { createStagingStore } from "../../../apps/server/files/staging.ts";
import { type App, createApp } from "../../../apps/server/http/app.ts";
import { type Listening, listen } from "../../../apps/server/http/listen.ts";
import type { Services } from "../../../apps/server/http/services.ts";
import { openStore, type Store } from "../../../apps/server/store/index.ts";

export const TOKEN = "test-token-0123456789";
export const ROOT = resolve(import.meta.dirname, "../../..");

/** What a task of the tests does. */
export type Script = (assignment: Assignment, host: ExecutionHost, signal: AbortSignal) => Promise<Partial<Success>>;
type Success = Extract<Outcome, { type: "succeeded" }>;

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
  readonly logged: { level: string; facts: object; message: string }[];
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

const NOTHING: Success = {
  type: "succeeded",
  output: null,
  spawned: [],
  records: [],
  files: [],
  report: {},
  usage: { cpuMs: null, peakMemoryBytes: null },
};

export async function makeServer(options: TestServerOptions = {}): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), "ultravisor-http-"));
  const clock = { time: Date.parse("2026-03-01T12:00:00Z") };
  const logged: TestServer["logged"] = [];
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
  const engine = await createEngine({
    ...store,
    catalog,
    staging: createStagingStore(join(folder, "staging")),
    queue,
    executors: { shell: executor, browser: executor, code: executor },
    notices,
    node: "node-a",
    clock: () => clock.time,
    newId: v7,
    random: () => 0,
    log: logger,
  });
  const fileStore = createDiskFileStore(join(folder, "files"));
  const services: Services = {
    ...store,
    catalog,
    engine,
    notices,
    queue,
    fileStore,
    logger,
    health: () => HEALTH,
    clock: () => clock.time,
    node: "node-a",
    token: TOKEN,
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
  browser: { path: "/usr/bin/chromium", sandbox: false },
  warnings: ["Chromium runs without its sandbox"],
};

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Asks with the path and headers exactly as given; `fetch` would mend both. */
export function rawAsk(
  url: string,
  path: string,
  { method = "GET", headers = {}, body }: { method?: string; headers?: OutgoingHttpHeaders; body?: string } = {},
): Promise<RawAnswer> {
  return new Promise((done, failed) => {
    const { hostname, port } = new URL(url);
    const request = httpRequest({ hostname, port, path, method, headers, agent: false }, async (response) => {
      const chunks = await response.setEncoding("utf8").toArray();
      done({ status: response.statusCode ?? 0, headers: response.headers, body: chunks.join("") });
    });
    request.on("error", failed);
    request.end(body);
  });
}

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

/** Reads server-sent events until `enough` of them came, or the stream ended. */
export async function readEvents(
  response: Response,
  enough: (events: readonly SentEvent[]) => boolean = () => false,
): Promise<SentEvent[]> {
  const events: SentEvent[] = [];
  let text = "";
  for await (const chunk of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    events.push(...blocks.filter((block) => !block.startsWith(":")).map(parseEvent));
    if (enough(events)) break;
  }
  return events;
}

export interface SentEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: Record<string, unknown>;
}

function parseEvent(block: string): SentEvent {
  const fields = new Map(block.split("\n").map((line) => line.split(/: (.*)/s, 2) as [string, string]));
  return {
    event: fields.get("event") ?? "message",
    id: fields.get("id"),
    data: JSON.parse(fields.get("data") ?? "null"),
  };
}

function makeCatalog(given: readonly Partial<Definition>[]): Catalog {
  const definitions = new Map(given.map((partial) => [partial.name ?? "", toDefinition(partial)]));
  return {
    list: () => [...definitions.values()],
    get: (name) => definitions.get(name),
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
function makeQueue(): TaskQueue {
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

function makeExecutor(scripts: Readonly<Record<string, Script>>): Executor {
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

function recorder(logged: TestServer["logged"]): Logger {
  const write = (level: string) => (facts: object, message: string) => void logged.push({ level, facts, message });
  return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}
