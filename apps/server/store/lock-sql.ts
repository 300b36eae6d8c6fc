/**
 * Limits on what runs at once. A claim that finds its lock taken leaves the row queued, saying why, and gives up its job; who ends
 * wakes the next. Both are writes, and writes come one after another, so nobody is forgotten in between.
 */
import type { InStatement } from "@libsql/client";
import { ADAPTIVE } from "../core/adaptive.ts";
import { DELIVERY_COLUMNS } from "./rows.ts";
import { isPaused } from "./subtree-sql.ts";

/** Rows of `adaptive_limits` that say what this node has: processors in thousandths, and bytes. */
export const CPU = "cpu";
export const MEMORY = "memory";

/** A lock whose places follow the load of the machine has them in a row of its own. */
const placesOf = (row: string): string =>
  `coalesce((SELECT places FROM adaptive_limits a WHERE a.lock = ${row}.lock), ${row}.lock_limit)`;
/** Where more run at once, their order means little. */
const MOST_AHEAD = 64;
/**
 * How many places belong to items of the same list that come before: jobs are taken up in any order, items begin in theirs. Those that
 * cannot begin for a while are not waited for.
 */
const AHEAD = `CASE WHEN task_runs.lock LIKE '${ADAPTIVE} %' OR (SELECT p.rule->>'each' FROM task_runs p WHERE p.id = task_runs.parent_id) IS NULL THEN 0 ELSE (SELECT count(*) FROM (
  SELECT 1 FROM task_runs o WHERE o.lock = task_runs.lock AND o.state = 'queued' AND o.id < task_runs.id AND o.parent_id = task_runs.parent_id
  AND o.reason NOT IN ('retry', 'resources', 'paused') ORDER BY o.id LIMIT ${MOST_AHEAD})) END`;
const TASK_IS_FREE = `(task_runs.lock IS NULL OR (SELECT count(*) FROM task_runs o WHERE o.lock = task_runs.lock AND (o.state = 'running' OR o.awaits IS NOT NULL)) + ${AHEAD} < ${placesOf("task_runs")})`;
const left = (what: "cpu" | "memory", unit: number): string =>
  `(task_runs.${what} IS NULL OR (task_runs.${what} + (SELECT coalesce(sum(o.${what}), 0) FROM task_runs o WHERE o.state = 'running')) * ${unit} <= (SELECT places FROM adaptive_limits a WHERE a.lock = '${what}'))`;
const RESOURCES_ARE_LEFT = `(${left("cpu", 1000)} AND ${left("memory", 1)})`;
const RUN_IS_HELD =
  "(r.lock IS NOT NULL AND r.state = 'queued' AND (SELECT count(*) FROM runs o WHERE o.lock = r.lock AND o.state = 'running') >= r.lock_limit)";

const NOT_PAUSED = `NOT ${isPaused("task_runs")}`;

/** Condition on a row of `task_runs`: it is not paused, neither its own lock nor that of its run is taken by others, and its node has what it takes. */
export const IS_FREE = `${NOT_PAUSED} AND ${TASK_IS_FREE} AND ${RESOURCES_ARE_LEFT} AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.id = task_runs.run_id AND ${RUN_IS_HELD})`;

/** After a claim that met no row: whether another claim would; else says so on the task run, and on the run, if it is because of a lock. */
export function hold(taskRunId: string): InStatement[] {
  return [
    { sql: `SELECT id FROM task_runs WHERE id = ? AND state = 'queued' AND ${IS_FREE}`, args: [taskRunId] },
    {
      sql: `UPDATE task_runs SET reason = CASE WHEN NOT (${NOT_PAUSED}) THEN 'paused' WHEN NOT ${TASK_IS_FREE} THEN CASE WHEN lock LIKE '${ADAPTIVE} %' THEN 'load' ELSE 'concurrency' END
              WHEN NOT ${RESOURCES_ARE_LEFT} THEN 'resources' ELSE 'concurrency' END
            WHERE id = ? AND state = 'queued' AND NOT (${IS_FREE})`,
      args: [taskRunId],
    },
    {
      sql: `UPDATE runs AS r SET reason = 'concurrency' WHERE id = (SELECT run_id FROM task_runs WHERE id = ?) AND ${RUN_IS_HELD}`,
      args: [taskRunId],
    },
  ];
}

const WOKEN = `RETURNING ${DELIVERY_COLUMNS}, 'woken' AS held`;

/** How many of those that wait for processors or memory are tried at a time: the others are still queued behind them. */
const TRIED = 16;

// CROSS JOIN keeps SQLite walking from the one that ended, never over everything that is queued.
const WAKE_BY_TASK = `UPDATE task_runs SET reason = 'ready' WHERE id IN (SELECT id FROM (
    SELECT w.id FROM task_runs e CROSS JOIN task_runs w ON w.lock = e.lock AND w.state = 'queued' AND w.reason IN ('concurrency', 'load')
    WHERE e.id = ?1 AND NOT ${isPaused("w")} ORDER BY w.id LIMIT ${freePlaces("task_runs")})
  UNION ALL SELECT id FROM (
    SELECT w.id FROM task_runs e CROSS JOIN task_runs w ON w.state = 'queued' AND w.reason = 'resources'
    WHERE e.id = ?1 AND (e.cpu IS NOT NULL OR e.memory IS NOT NULL) ORDER BY w.id LIMIT ${TRIED}))
  ${WOKEN}`;

/** Behind the end of an attempt: the oldest that wait for the same lock, or for what it took. The columns tell them from other deliveries. */
export function wakeByTask(taskRunId: string): InStatement {
  return { sql: WAKE_BY_TASK, args: [taskRunId] };
}

/** After the places of a lock have changed. */
export function wakeByLock(lock: string): InStatement {
  const taken = "SELECT count(*) FROM task_runs o WHERE o.lock = ?1 AND (o.state = 'running' OR o.awaits IS NOT NULL)";
  return {
    sql: `UPDATE task_runs SET reason = 'ready' WHERE id IN (
            SELECT id FROM task_runs WHERE lock = ?1 AND state = 'queued' AND reason = 'load' ORDER BY id
            LIMIT max(0, (SELECT places FROM adaptive_limits WHERE lock = ?1) - (${taken})))
          ${WOKEN}`,
    args: [lock],
  };
}

const WAKE_BY_RUN = `UPDATE task_runs SET reason = 'ready' WHERE id IN (
    SELECT t.id FROM (
      SELECT w.id FROM runs e CROSS JOIN runs w ON w.lock = e.lock AND w.state = 'queued' AND w.reason = 'concurrency'
      WHERE e.id = ?1 AND e.finished_at IS NOT NULL ORDER BY w.id LIMIT ${freePlaces("runs")}) n
    CROSS JOIN task_runs t ON t.run_id = n.id AND t.state = 'queued' AND t.reason = 'concurrency')
  ${WOKEN}`;

/** Behind the end of a run, likewise. */
export function wakeByRun(runId: string): InStatement {
  return { sql: WAKE_BY_RUN, args: [runId] };
}

/** How many more may run beside those that do, by the lock of the row ?1. */
function freePlaces(table: "task_runs" | "runs"): string {
  const awaiting = table === "task_runs" ? " OR o.awaits IS NOT NULL" : "";
  const places = table === "task_runs" ? placesOf("e") : "e.lock_limit";
  return `coalesce((SELECT max(0, ${places} - (SELECT count(*) FROM ${table} o WHERE o.lock = e.lock AND (o.state = 'running'${awaiting}))) FROM ${table} e WHERE e.id = ?1), 0)`;
}
