/** The record database and everything that reads and writes it, opened as one. */
import type { EventStore, LogStore, ManifestStore, ScheduleStore } from "../core/engine-stores.ts";
import type {
  BackupStore,
  CaptureReader,
  Clock,
  DiffReader,
  FileReader,
  NewId,
  RunReader,
  SessionStore,
  StateStore,
  TaskRunReader,
} from "../core/ports.ts";
import type { RecordReader } from "../core/record-query.ts";
import type { Capacity } from "../core/resources.ts";
import type { RunStore } from "../core/run-store.ts";
import type { SavedSessionStore } from "../core/saved-session.ts";
import type { SqlReader } from "../core/sql.ts";
import { createBackupStore } from "./backup.ts";
import { createCaptureReader } from "./captures.ts";
import type { Owner } from "./claim.ts";
import { type Database, type DatabaseOptions, openDatabase } from "./database.ts";
import { createEventStore } from "./events.ts";
import { createFileReader } from "./files.ts";
import { createLogStore } from "./logs.ts";
import { createManifestStore } from "./manifests.ts";
import { beginPlaces } from "./places.ts";
import { createRecordReader } from "./records.ts";
import { createDiffReader } from "./recrawl.ts";
import { createRunStore } from "./run-store.ts";
import { createRunReader } from "./runs.ts";
import { createSavedSessionStore } from "./saved-sessions.ts";
import { createScheduleStore } from "./schedule.ts";
import { createSessionStore } from "./sessions.ts";
import { createSqlReader } from "./sql-reader.ts";
import { createStateStore } from "./state.ts";
import { createTaskRunReader } from "./task-runs.ts";

export interface Store {
  readonly database: Database;
  readonly transitions: RunStore;
  readonly runs: RunReader;
  readonly taskRuns: TaskRunReader;
  readonly logs: LogStore;
  readonly events: EventStore;
  readonly files: FileReader;
  readonly manifests: ManifestStore;
  readonly records: RecordReader;
  readonly diffs: DiffReader;
  readonly captures: CaptureReader;
  readonly state: StateStore;
  readonly schedule: ScheduleStore;
  readonly sessions: SessionStore;
  readonly savedSessions: SavedSessionStore;
  readonly backups: BackupStore;
  readonly sql: SqlReader;
  close(): void;
}

/** For whoever runs no tasks. */
const UNBOUNDED: Capacity = { cpu: 1e6, memory: Number.MAX_SAFE_INTEGER };

export async function openStore(
  options: DatabaseOptions & Owner & { clock: Clock; newId: NewId; backupFolder?: string; capacity?: Capacity },
): Promise<Store> {
  const database = await openDatabase(options);
  await beginPlaces(database, options.capacity ?? UNBOUNDED);
  return {
    database,
    transitions: createRunStore(database, { node: options.node, boot: options.boot }, options.newId),
    runs: createRunReader(database),
    taskRuns: createTaskRunReader(database),
    logs: createLogStore(database),
    events: createEventStore(database),
    files: createFileReader(database),
    manifests: createManifestStore(database),
    records: createRecordReader(database),
    diffs: createDiffReader(database),
    captures: createCaptureReader(database),
    state: createStateStore(database, options.clock),
    schedule: createScheduleStore(database),
    sessions: createSessionStore(database, options.clock),
    savedSessions: createSavedSessionStore(database),
    backups: createBackupStore(database, options.backupFolder ?? null, options.clock),
    sql: createSqlReader(database),
    close: () => database.close(),
  };
}
