/**
 * The first step of a start: takes the data folder over from the server that had it, and has the record say at once what is no longer
 * true. It loads no more than that needs: to load the rest of the server takes longer than all of this.
 */
import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { findChromium } from "./browser/chromium/chromium.ts";
import { type Config, readConfig } from "./config.ts";
import type { Chromium } from "./core/browsing.ts";
import type { Logger, NewId } from "./core/ports.ts";
import type { Interrupted } from "./core/run-store.ts";
import { createCatalog, type FolderCatalog } from "./loader/catalog.ts";
import { createLogger } from "./log.ts";
import { capacityOfMachine } from "./probe/machine.ts";
import { sweepOrphans } from "./shell/processes.ts";
import { createStopwatch, type Stopwatch } from "./stopwatch.ts";
import { type DataFolder, openDataFolder } from "./store/data-folder.ts";
import { openStore, type Store } from "./store/index.ts";
import { createNewId } from "./store/new-id.ts";

export const CAPACITY = capacityOfMachine();

export interface TakenOver {
  readonly config: Config;
  readonly log: Logger;
  readonly watch: Stopwatch;
  readonly folder: DataFolder;
  readonly store: Store;
  /** Identity of this start. */
  readonly boot: string;
  readonly newId: NewId;
  /** A folder for what runners and their Chromium keep for a while. */
  readonly temporary: string;
  /** What the last stop had left running. */
  readonly lost: Interrupted;
  /** Both take their time in processes of their own. */
  readonly looking: Promise<readonly [FolderCatalog, Chromium | null]>;
}

export async function takeOver(): Promise<TakenOver> {
  const watch = createStopwatch();
  watch.lap("imports");
  const config = await readConfig();
  const log = await createLogger({ level: config.logLevel, pretty: config.prettyLog });
  const folder = openDataFolder(config.dataFolder, config.token);
  const looking = Promise.all([
    createCatalog({ folder: config.tasksFolder, log, env: config.taskEnvironment, capacity: CAPACITY }),
    findChromium({ explicit: config.browserPath }),
  ]);
  looking.catch(() => undefined);
  const boot = randomUUID();
  const newId = createNewId();
  const lostDisk = (error: Error): never => {
    log.error(
      { err: error },
      "what was written is lost; the server ends, and its next start goes on from what the disk has",
    );
    process.exit(1);
  };
  const store = await openStore({
    disk: { log, lost: lostDisk },
    ...{ url: config.databaseUrl, node: config.node, boot, clock: Date.now, newId, capacity: CAPACITY },
    ...(config.databaseUrl.startsWith("file:") ? { backupFolder: join(config.dataFolder, "backups") } : {}),
  });
  watch.lap("database");
  const temporary = await makeTemporaryFolder(config, boot);
  watch.lap("orphans");
  const lost = await store.transitions.interruptLost(Date.now());
  watch.lap("interrupted");
  return { config, log, watch, folder, store, boot, newId, temporary, lost, looking };
}

/** What killed runners and browsers leave behind lies here, and goes with the next start, after whoever still writes there. */
async function makeTemporaryFolder(config: Config, boot: string): Promise<string> {
  await sweepOrphans(config.dataFolder, boot);
  // Short, as Chromium keeps a socket below it, whose path the system limits to about 100 characters.
  const folder = join(config.dataFolder, "tmp");
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  return folder;
}
