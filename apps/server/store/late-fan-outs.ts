/** Fan-outs that have received or taken as much as they may: what still waits below their roots is skipped, what runs may end. */
import type { InStatement } from "@libsql/client";
import type { RunStore, Stopped } from "../core/run-store.ts";
import { type Database, FENCE, FenceError } from "./database.ts";
import { followUp } from "./graph-sql.ts";
import { settledOf } from "./settled.ts";
import { countStopped, sayLimited } from "./stop-sql.ts";

/** Condition on rows of `task_runs`: they wait below the root ?1. */
const WAITING_BELOW = "root_id = ?1 AND id <> ?1 AND state IN ('queued', 'waiting')";

export function limitFanOuts(database: Database): Pick<RunStore, "stop" | "lateFanOuts" | "nextLateFanOut"> {
  return {
    stop: (rootId, reason, now) => stopFanOut(database, rootId, reason, now),
    lateFanOuts: (now) => listLateFanOuts(database, now),
    nextLateFanOut: (now) => nextLateFanOut(database, now),
  };
}

async function stopFanOut(
  database: Database,
  rootId: string,
  reason: "bytes" | "time",
  now: number,
): Promise<Stopped | null> {
  const { rows } = await database.read("SELECT run_id FROM task_runs WHERE id = ?", [rootId]);
  const runId = rows[0]?.run_id;
  if (runId === undefined || runId === null) return null;
  try {
    const results = await database.write([
      ...stopStatements(rootId, String(runId), reason, now),
      ...followUp(String(runId), now),
    ]);
    const [, , removed, ...rest] = results;
    return { ...settledOf(rest), removed: (removed?.rows ?? []).map((row) => String(row.id)) };
  } catch (error) {
    if (error instanceof FenceError) return null;
    throw error;
  }
}

/** Fenced on something that waits. */
function stopStatements(rootId: string, runId: string, reason: "bytes" | "time", now: number): InStatement[] {
  const counted = countStopped(reason);
  return [
    {
      sql: `UPDATE runs SET ${counted} + (SELECT count(*) FROM task_runs t WHERE t.run_id = ?2 AND ${WAITING_BELOW})
            WHERE id = ?2 AND EXISTS (SELECT 1 FROM task_runs t WHERE t.run_id = ?2 AND ${WAITING_BELOW})`,
      args: [rootId, runId],
    },
    FENCE,
    {
      sql: `UPDATE task_runs SET state = 'skipped', reason = 'limit', finished_at = ?2 WHERE run_id = ?3 AND ${WAITING_BELOW} RETURNING id`,
      args: [rootId, now, runId],
    },
    sayLimited(runId, now),
  ];
}

/** Once nothing is open below a root, its time does not matter any more. */
async function listLateFanOuts(database: Database, now: number): Promise<string[]> {
  const { rows } = await database.read("SELECT id, open_subtasks FROM task_runs WHERE stop_at <= ? LIMIT 100", [now]);
  const over = rows.filter((row) => Number(row.open_subtasks) === 0).map((row) => String(row.id));
  if (over.length > 0) {
    await database.write([
      {
        sql: "UPDATE task_runs SET stop_at = NULL WHERE open_subtasks = 0 AND id IN (SELECT value FROM json_each(?))",
        args: [JSON.stringify(over)],
      },
    ]);
  }
  return rows.filter((row) => Number(row.open_subtasks) > 0).map((row) => String(row.id));
}

async function nextLateFanOut(database: Database, now: number): Promise<number | null> {
  const { rows } = await database.read("SELECT min(stop_at) AS next FROM task_runs WHERE stop_at > ?", [now]);
  const next = rows[0]?.next;
  return next === null || next === undefined ? null : Number(next);
}
