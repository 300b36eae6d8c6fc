// The tables of a queue file and the steps that bring an older file up to date.
import type { Connection } from "./connection.ts";

/** Where a job is. The numbers are stored, so they never change. */
export const State = {
  waiting: 1,
  prioritized: 2,
  active: 3,
  delayed: 4,
  waitingChildren: 5,
  completed: 6,
  failed: 7,
} as const;
export type State = (typeof State)[keyof typeof State];

/** What became of a child, as its parent sees it. Stored as well. */
export const Outcome = { pending: 0, processed: 1, ignored: 2, failed: 3 } as const;
export type Outcome = (typeof Outcome)[keyof typeof Outcome];

/** One script per version; a released script is never edited, a new one is appended. */
const steps: readonly string[] = [
  `
  CREATE TABLE queue (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    counter INTEGER NOT NULL DEFAULT 0,
    last_event INTEGER NOT NULL DEFAULT 0,
    limiter_count INTEGER NOT NULL DEFAULT 0,
    limiter_until INTEGER NOT NULL DEFAULT 0
  );
  CREATE TABLE meta (
    queue INTEGER NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (queue, field)
  ) WITHOUT ROWID;
  -- rank orders the jobs of one state: place in line, priority, due time or finish time. Ties go by seq, the order of adding.
  CREATE TABLE job (
    seq INTEGER PRIMARY KEY,
    queue INTEGER NOT NULL,
    id TEXT NOT NULL,
    state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 7),
    rank INTEGER NOT NULL,
    timestamp INTEGER NOT NULL,
    delay INTEGER NOT NULL DEFAULT 0,
    priority INTEGER NOT NULL DEFAULT 0,
    attempts_made INTEGER NOT NULL DEFAULT 0,
    attempts_started INTEGER NOT NULL DEFAULT 0,
    stalled INTEGER NOT NULL DEFAULT 0,
    interrupted INTEGER NOT NULL DEFAULT 0,
    has_children INTEGER NOT NULL DEFAULT 0,
    has_logs INTEGER NOT NULL DEFAULT 0,
    processed_on INTEGER,
    finished_on INTEGER,
    name TEXT NOT NULL,
    parent_key TEXT,
    parent TEXT,
    scheduler TEXT,
    deduplication TEXT,
    processed_by TEXT,
    deferred_failure TEXT,
    failed_reason TEXT,
    progress TEXT,
    stacktrace TEXT,
    return_value TEXT,
    opts TEXT NOT NULL,
    data TEXT NOT NULL,
    UNIQUE (queue, id),
    CHECK ((state IN (6, 7)) = (finished_on IS NOT NULL))
  );
  CREATE INDEX job_in_line ON job (queue, state, rank);
  CREATE TABLE log (
    job INTEGER NOT NULL, line INTEGER NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (job, line)
  ) WITHOUT ROWID;
  CREATE TABLE dependency (
    parent INTEGER NOT NULL, child TEXT NOT NULL, outcome INTEGER NOT NULL, at INTEGER NOT NULL, value TEXT,
    PRIMARY KEY (parent, child)
  ) WITHOUT ROWID;
  CREATE INDEX dependency_by_outcome ON dependency (parent, outcome, at);
  CREATE TRIGGER job_gone AFTER DELETE ON job WHEN old.has_children OR old.has_logs BEGIN
    DELETE FROM log WHERE job = old.seq;
    DELETE FROM dependency WHERE parent = old.seq;
  END;
  CREATE TABLE deduplication (
    queue INTEGER NOT NULL, id TEXT NOT NULL, job TEXT NOT NULL, until INTEGER, next TEXT,
    PRIMARY KEY (queue, id)
  ) WITHOUT ROWID;
  CREATE TABLE scheduler (
    queue INTEGER NOT NULL, id TEXT NOT NULL, next INTEGER NOT NULL, fields TEXT NOT NULL,
    PRIMARY KEY (queue, id)
  ) WITHOUT ROWID;
  CREATE INDEX scheduler_by_next ON scheduler (queue, next, id);
  CREATE TABLE metric (
    queue INTEGER NOT NULL, kind TEXT NOT NULL, count INTEGER NOT NULL, previous_at INTEGER, previous_count INTEGER,
    points TEXT NOT NULL,
    PRIMARY KEY (queue, kind)
  ) WITHOUT ROWID;
  -- One row holds all events of one commit. Its id is made of the queue and the number of the last of them, so that
  -- writing it touches one page and no index.
  CREATE TABLE event (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, body TEXT NOT NULL);
  `,
];

/** Brings the file to the newest version; refuses a file written by a newer release. */
export function migrate(connection: Connection): void {
  const version = connection.get<{ user_version: number }>("PRAGMA user_version")?.user_version ?? 0;
  if (version > steps.length) {
    throw new Error(
      `bullmq-libsql expected schema version ${steps.length} or older in ${connection.path}, but found ${version}. ` +
        "Upgrade bullmq-libsql, or use another queue file.",
    );
  }
  for (let next = version; next < steps.length; next++) {
    connection.exec(`BEGIN IMMEDIATE; ${steps[next]} PRAGMA user_version = ${next + 1}; COMMIT;`);
  }
}
