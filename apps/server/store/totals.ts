/** How many task runs there are below some, by state: counted when asked, and remembered for as long as counting is worth. */
import type { Counts } from "../core/entities.ts";
import { STATES, type State } from "../core/words.ts";
import type { Database } from "./database.ts";

interface Remembered {
  readonly until: number;
  readonly counts: Promise<ReadonlyMap<string, Counts>>;
}

/** A large tree takes a while to walk: it is walked for at most so much of the time, however many people look. */
const SHARE = 20;
const SHORTEST_MS = 500;
const MOST = 200;

/** Resolves with the counts below each of these task runs, itself left out. */
export type Totals = (taskRunIds: readonly string[]) => Promise<ReadonlyMap<string, Counts>>;

export function createTotals(database: Database, clock: () => number = () => performance.now()): Totals {
  const remembered = new Map<string, Remembered>();
  return async (taskRunIds) => {
    if (taskRunIds.length === 0) return new Map();
    const name = taskRunIds.join();
    const known = remembered.get(name);
    if (known && known.until > clock()) return known.counts;
    const from = clock();
    const counts = count(database, taskRunIds);
    remembered.delete(name);
    remembered.set(name, { until: from + SHORTEST_MS, counts });
    await counts;
    remembered.set(name, { until: clock() + Math.max(SHORTEST_MS, (clock() - from) * SHARE), counts });
    const [oldest] = remembered.keys();
    if (remembered.size > MOST && oldest !== undefined) remembered.delete(oldest);
    return counts;
  };
}

const NONE = Object.fromEntries(STATES.map((state) => [state, 0])) as Counts;

async function count(database: Database, taskRunIds: readonly string[]): Promise<ReadonlyMap<string, Counts>> {
  const totals = await ofOnlyRoots(database, taskRunIds);
  const others = taskRunIds.filter((id) => !totals.has(id));
  if (others.length === 0) return totals;
  // CROSS JOIN keeps SQLite walking down from these, never over all that a run has.
  const { rows } = await database.read(
    `WITH RECURSIVE below (top, id, state) AS (
       SELECT d.value, t.id, t.state FROM json_each(?) AS d CROSS JOIN task_runs t ON t.parent_id = d.value
       UNION ALL SELECT b.top, t.id, t.state FROM below b CROSS JOIN task_runs t ON t.parent_id = b.id)
     SELECT top, state, count(*) AS n FROM below GROUP BY top, state`,
    [JSON.stringify(others)],
  );
  for (const row of rows) {
    const top = String(row.top);
    totals.set(top, { ...(totals.get(top) ?? NONE), [row.state as State]: Number(row.n) });
  }
  return totals;
}

/** Below the only root of a run is all that the run counts, without the root itself: nothing has to be walked. */
async function ofOnlyRoots(database: Database, taskRunIds: readonly string[]): Promise<Map<string, Counts>> {
  const { rows } = await database.read(
    `SELECT t.id, t.state, ${STATES.map((state) => `r.${state}`).join(", ")}
     FROM json_each(?) AS d CROSS JOIN task_runs t ON t.id = d.value JOIN runs r ON r.id = t.run_id
     WHERE t.parent_id IS NULL AND t.subtasks > 0
       AND (SELECT count(*) FROM task_runs o WHERE o.run_id = t.run_id AND o.parent_id IS NULL) = 1`,
    [JSON.stringify(taskRunIds)],
  );
  const countsOf = (row: (typeof rows)[number]): Counts =>
    Object.fromEntries(STATES.map((state) => [state, Number(row[state]) - (row.state === state ? 1 : 0)])) as Counts;
  return new Map(rows.map((row) => [String(row.id), countsOf(row)]));
}
