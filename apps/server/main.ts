/** The wiring of the server: opens what it keeps, hands every room its ports, listens, and stops in order. */
import { rm } from "node:fs/promises";
import { flushCompileCache } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import packageJson from "../../package.json" with { type: "json" };
import { createHostGates } from "./browser/manners/host-gates.ts";
import type { Config } from "./config.ts";
import type { Chromium } from "./core/browsing.ts";
import { type Health, warningsOf } from "./core/health.ts";
import type { Logger, Notices } from "./core/ports.ts";
import { createEngine, type RunningEngine } from "./engine/index.ts";
import { createNotices } from "./engine/notices.ts";
import { tellState } from "./engine/told-state.ts";
import { createDiskFileStore } from "./files/disk.ts";
import { createStagingStore } from "./files/staging.ts";
import { createApp } from "./http/app.ts";
import { type Listening, listen } from "./http/listen.ts";
import { manifestWriter } from "./http/manifest.ts";
import { queueBoard } from "./http/queues.ts";
import type { FolderCatalog } from "./loader/catalog.ts";
import { createMirrors } from "./mirror/index.ts";
import { createProber } from "./probe/index.ts";
import { chooseBackend } from "./queue/backend.ts";
import { type BullTaskQueue, createTaskQueue } from "./queue/index.ts";
import { createRunnerPool } from "./runner/pool.ts";
import { shedStart } from "./shed.ts";
import { createShellExecutor } from "./shell/executor.ts";
import { killMarked, memoryOf } from "./shell/processes.ts";
import { createVault } from "./store/vault.ts";
import { CAPACITY, type TakenOver } from "./take-over.ts";

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** How long a stop waits for what runs, before it leaves the rest to the next start. */
const STOP_GRACE_MS = 10_000;

/** Everything that was opened, in the order in which it is closed. */
interface House extends TakenOver {
  readonly catalog: FolderCatalog;
  readonly queue: BullTaskQueue;
  readonly notices: Notices;
  readonly executors: ReturnType<typeof createExecutors>;
  readonly engine: RunningEngine;
  readonly chromium: Chromium | null;
  readonly startedAt: number;
}

/** Goes on from there: opens what is left, listens, and works. */
export async function serve(taken: TakenOver): Promise<void> {
  const { config, log, watch } = taken;
  watch.lap("more imports");
  const house = await build(taken);
  const server = await listen(createApp(await services(house)), { host: config.host, port: config.port });
  stopOnSignals(house, server);
  house.folder.note({ pid: process.pid, url: server.url });
  for (const warning of warnings(house)) log.warn({}, warning);
  watch.lap("listen");
  await house.engine.start(house.lost);
  watch.lap("recover");
  log.info(
    {
      ...{ tasks: house.catalog.list().length, problems: house.catalog.problems().length, node: config.node },
      ...watch.times(),
    },
    "ready",
  );
  const begun = await firstRun(house, server);
  process.stdout.write(
    `\n  Ultravisor ${packageJson.version} is at work. Open\n\n    ${server.url}/sign-in?token=${house.folder.token}\n\n${begun}`,
  );
  // Node does this at exit only, which a server that is killed never comes to: the next start would compile everything again.
  flushCompileCache();
  shedStart();
}

async function build(taken: TakenOver): Promise<House> {
  const { config, log, watch, store, boot, newId, temporary, looking } = taken;
  const clock = Date.now;
  const queue = createTaskQueue({
    backend: chooseBackend(config.queueUrl, config.queueFile),
    concurrency: config.concurrency,
    clock,
    log,
  });
  watch.lap("queue");
  const [catalog, chromium] = await looking;
  watch.lap("tasks");
  const notices = createNotices(log);
  const executors = createExecutors(config, log, boot, chromium, temporary, catalog);
  const hands = { folder: join(temporary, "conditions"), fileOf: (name: string) => fileOf(catalog, name) };
  const engine = await createEngine({
    ...store,
    ...{ catalog, queue, executors, notices, clock, newId, log, node: config.node, random: Math.random },
    secret: config.secret,
    vault: createVault(join(config.dataFolder, "secret.key"), config.secretKey),
    prober: createProber({ ...hands, executors, state: store.state, node: config.node }),
    staging: createStagingStore(config.stagingFolder),
    writeManifest: manifestWriter(store, createDiskFileStore(config.filesFolder)),
  });
  return { ...taken, ...{ catalog, queue, notices, executors, engine, chromium }, startedAt: clock() };
}

function fileOf(catalog: FolderCatalog, name: string): { file: string; hash: string } | null {
  const { file, hash = "" } = catalog.get(name) ?? {};
  return file === undefined ? null : { file, hash };
}

function createExecutors(
  config: Config,
  log: Logger,
  boot: string,
  chromium: Chromium | null,
  temporary: string,
  catalog: FolderCatalog,
) {
  const { dataFolder: data, filesFolder, taskEnvironment: env, concurrency, pages } = config;
  const runner = createRunnerPool({
    ...{ data, boot, log, chromium, killMarked, filesFolder, gates: createHostGates() },
    memoryOf: (pid) => memoryOf(pid).now,
    env: { ...env, TMPDIR: temporary },
    collections: () => catalog.collections(),
    entry: join(ROOT, "apps/server/runner-main.ts"),
    ...{ slots: Math.max(concurrency.browser, concurrency.code), pages },
  });
  const shell = createShellExecutor({ data, boot, env, files: createDiskFileStore(filesFolder) });
  return { shell, code: runner, browser: runner };
}

async function services(house: House): Promise<Parameters<typeof createApp>[0]> {
  const { config, store, log, folder } = house;
  const sqlite = await store.database.sqliteVersion();
  const fileStore = createDiskFileStore(config.filesFolder);
  return {
    ...store,
    ...{ catalog: house.catalog, engine: house.engine, notices: house.notices, queue: house.queue, logger: log },
    state: tellState(store.state, house.notices),
    fileStore,
    mirrors: createMirrors({ captures: store.captures, files: fileStore, clock: Date.now }),
    health: () => health(house, sqlite),
    clock: Date.now,
    node: config.node,
    token: folder.token,
    allowedHosts: [config.host],
    ...{ rateLimits: config.rateLimits, capacity: CAPACITY },
    docsFolder: join(ROOT, "docs"),
    webFolder: join(ROOT, "apps/web/dist"),
    board: () => queueBoard(house.queue.queues),
  };
}

function health(house: House, sqlite: string): Health {
  const found = warnings(house);
  const { path = null, sandbox = false } = house.chromium ?? {};
  return {
    status: found.length === 0 ? "ok" : "degraded",
    version: packageJson.version,
    node: house.config.node,
    startedAt: house.startedAt,
    sqlite,
    queue: house.config.queueUrl.split(":")[0] ?? "libsql",
    browser: { path, sandbox, paces: house.executors.browser.paces() },
    warnings: found,
  };
}

function warnings({ chromium, catalog, store }: House): string[] {
  return warningsOf(chromium, catalog.problems().length, store.database.diskFault());
}

/** On the very first start: a real crawl of the documentation that this server renders, to have something to look at. */
async function firstRun({ config, store, catalog, engine, log }: House, server: Listening): Promise<string> {
  const name = "crawl-and-download";
  if (!config.firstRun || catalog.get(name) === undefined || (await store.runs.list({ limit: 1 })).items.length > 0)
    return "";
  try {
    const trigger = { kind: "manual", id: null, nominalAt: null, runId: null } as const;
    await engine.submit({ name, input: { url: `${server.url}/docs/` }, trigger, idempotencyKey: "first start" });
    return "  A first run has begun: it crawls the documentation and downloads its files.\n\n";
  } catch (error) {
    log.warn({ err: error }, "the first run could not be started");
    return "";
  }
}

function stopOnSignals(house: House, server: Listening): void {
  let stopping = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      house.log.info({ signal }, "stopping; the same signal again stops at once");
      void stop(house, server).then(
        () => process.exit(0),
        (error) => {
          house.log.error({ err: error }, "stopping failed; the next start mends what is left");
          process.exit(1);
        },
      );
    });
  }
}

async function stop(house: House, server: Listening): Promise<void> {
  await server.close();
  await house.engine.stop(STOP_GRACE_MS);
  await Promise.all([house.executors.shell.close(), house.executors.code.close(), house.catalog.close()]);
  house.store.close();
  await rm(join(house.config.dataFolder, "server.json"), { force: true });
  house.folder.release();
}
