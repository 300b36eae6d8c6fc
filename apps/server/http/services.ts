/** What `main.ts` hands to the HTTP room: readers, the engine's verbs, and a few facts. */

import type { Hono } from "hono";
import type { ManifestStore } from "../core/engine-stores.ts";
import type { FileStore } from "../core/files.ts";
import type { Health } from "../core/health.ts";
import type { Mirrors } from "../core/mirror.ts";
import type {
  BackupStore,
  Catalog,
  Clock,
  DiffReader,
  Engine,
  EventReader,
  FileReader,
  Logger,
  LogReader,
  Notices,
  RunReader,
  ScheduleReader,
  SessionStore,
  StateStore,
  TaskQueue,
  TaskRunReader,
} from "../core/ports.ts";
import type { RateLimits } from "../core/rate-limit.ts";
import type { RecordReader } from "../core/record-query.ts";
import type { Capacity } from "../core/resources.ts";
import type { SavedSessionStore } from "../core/saved-session.ts";
import type { SqlReader } from "../core/sql.ts";

export interface Services {
  readonly catalog: Catalog;
  readonly runs: RunReader;
  readonly taskRuns: TaskRunReader;
  readonly logs: LogReader;
  readonly events: EventReader;
  readonly files: FileReader;
  readonly fileStore: Pick<FileStore, "open">;
  readonly manifests: Pick<ManifestStore, "get">;
  readonly records: RecordReader;
  readonly diffs: DiffReader;
  readonly sql: SqlReader;
  readonly mirrors: Mirrors;
  readonly state: StateStore;
  readonly schedule: ScheduleReader;
  readonly sessions: SessionStore;
  readonly savedSessions: SavedSessionStore;
  readonly backups: BackupStore;
  readonly engine: Engine;
  readonly notices: Notices;
  readonly queue: Pick<TaskQueue, "counts">;
  health(): Health | Promise<Health>;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Name of this node: the scope of its private state. */
  readonly node: string;
  /** The bearer token; also what signs a browser in. */
  readonly token: string;
  /** Host names that may be asked for beside `localhost` and IP addresses. */
  readonly allowedHosts: readonly string[];
  /** What tasks may take of this node. */
  readonly capacity: Capacity;
  /** How fast one caller may ask. */
  readonly rateLimits: RateLimits;
  /** Folder of the product's documentation. */
  readonly docsFolder: string;
  /** Folder of the built web app. */
  readonly webFolder: string;
  /** Makes bull-board, which answers below `/queues`. */
  readonly board: (() => Promise<Hono>) | null;
}
