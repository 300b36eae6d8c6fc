/** Runs that take longer than they may: their hooks are started, everything else of them is ended. */
import type { InStatement } from "@libsql/client";
import type { Expired, RunStore } from "../core/run-store.ts";
import { closeWaitingAttempts } from "./cancel-sql.ts";
import { type Database, FENCE, FenceError } from "./database.ts";
import { followUp } from "./graph-sql.ts";
import { settledOf } from "./settled.ts";

/** Only hooks are left: these have timeouts of their own. */
const MORE_THAN_HOOKS =
  "EXISTS (SELECT 1 FROM task_runs t WHERE t.run_id = runs.id AND t.state IN ('waiting', 'queued', 'running') AND t.hook IS NULL)";

export function limitRuns(database: Database): Pick<RunStore, "expire" | "nextExpiry"> {
  return { expire: (now) => expireRuns(database, now), nextExpiry: () => nextExpiry(database) };
}

async function expireRuns(database: Database, now: number): Promise<Expired[]> {
  const due = await database.read("SELECT id FROM runs WHERE expires_at <= ? LIMIT 100", [now]);
  const expired: Expired[] = [];
  for (const row of due.rows) {
    const ended = await expire(database, String(row.id), now);
    if (ended !== null) expired.push(ended);
  }
  return expired;
}

async function nextExpiry(database: Database): Promise<number | null> {
  const { rows } = await database.read(
    `SELECT min(next) AS next FROM (SELECT min(expires_at) AS next FROM runs WHERE expires_at IS NOT NULL
       UNION ALL SELECT min(available_at) FROM task_runs WHERE awaits IS NOT NULL)`,
    [],
  );
  const next = rows[0]?.next;
  return next === null || next === undefined ? null : Number(next);
}

async function expire(database: Database, runId: string, now: number): Promise<Expired | null> {
  try {
    const [, , removed, running, ...rest] = await database.write([
      ...expiryStatements(runId, now),
      ...followUp(runId, now),
    ]);
    return {
      ...settledOf(rest),
      runId,
      removed: (removed?.rows ?? []).map((row) => String(row.id)),
      running: (running?.rows ?? []).map((row) => String(row.id)),
    };
  } catch (error) {
    if (error instanceof FenceError) return null;
    throw error;
  }
}

/** Fenced on a run whose time is over; then, in this order: what was taken from the queue, what still runs. */
function expiryStatements(runId: string, now: number): InStatement[] {
  return [
    {
      sql: `UPDATE runs SET expires_at = NULL, timed_out = ${MORE_THAN_HOOKS} WHERE id = ? AND finished_at IS NULL AND expires_at <= ?`,
      args: [runId, now],
    },
    FENCE,
    {
      sql: `UPDATE task_runs SET state = 'cancelled', reason = 'timeout', finished_at = ?, awaits = NULL
            WHERE run_id = ? AND state IN ('waiting', 'queued') AND hook IS NULL AND (SELECT timed_out FROM runs r WHERE r.id = task_runs.run_id) RETURNING id`,
      args: [now, runId],
    },
    {
      sql: `SELECT t.id FROM task_runs t JOIN runs r ON r.id = t.run_id
            WHERE t.run_id = ? AND t.state = 'running' AND t.hook IS NULL AND r.timed_out`,
      args: [runId],
    },
    closeWaitingAttempts(runId, now),
  ];
}
