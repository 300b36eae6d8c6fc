/** Subtasks that are not started: counted on the run by reason, and kept with their addresses up to a number. */
import type { InStatement } from "@libsql/client";
import { jsonText } from "../core/json.ts";
import { STOP_REASONS, type Stop, type StopReason } from "../core/stops.ts";

/** Each counts once up to here; beyond, one that several pages link to counts for each. */
const KEPT = 10_000;

const COLUMN: Readonly<Record<StopReason, string>> = {
  depth: "too_deep",
  subtasks: "too_many",
  bytes: "too_large",
  time: "too_late",
  perTemplate: "too_many_of_template",
  perHost: "too_many_of_host",
  trap_suspected: "trapped",
};

/** Of a row of `runs`: how many were not started in all. */
export const NOT_STARTED = Object.values(COLUMN).join(" + ");

const WORDS = (reason: StopReason): string => (reason === "trap_suspected" ? "trap suspected" : `limit ${reason}`);

/** Of a row of `runs`, for people: `31 (trap suspected), 2 (limit depth), `; empty for none. */
export const NOT_STARTED_WORDS = STOP_REASONS.map(
  (reason) => `CASE WHEN ${COLUMN[reason]} > 0 THEN ${COLUMN[reason]} || ' (${WORDS(reason)}), ' ELSE '' END`,
).join(" || ");

/** The rows `d` of drafts that neither are subtasks of the run ?1 nor are known to have been stopped. */
export function notThereYet(task = "d.value->>'task'"): string {
  return `NOT EXISTS (SELECT 1 FROM task_runs t WHERE t.run_id = ?1 AND t.task = ${task} AND t.key = d.value->>'key')
  AND NOT EXISTS (SELECT 1 FROM task_runs t WHERE t.run_id = ?1 AND t.task = ${task} AND t.landed = d.value->>'key')`;
}

const NOT_THERE_YET = notThereYet();
const UNKNOWN = `NOT EXISTS (SELECT 1 FROM not_started s WHERE s.run_id = ?1 AND s.task = d.value->>'task' AND s.key = d.value->>'key')`;

/** Stops that were decided before, by reason. */
export function keepStops(runId: string, stops: readonly Stop[], now: number): InStatement[] {
  if (stops.length === 0) return [];
  const reasons = [...new Set(stops.map((stop) => stop.reason))];
  return keep({ runId, rows: jsonText(stops), now, reason: "d.value->>'reason'", when: "true", reasons }, []);
}

export interface LeftOver {
  readonly runId: string;
  readonly rows: string;
  readonly now: number;
  /** SQL that tells the reason of the row `d`, and one that tells whether there is anything to look for. Their arguments from ?4 on. */
  readonly reason: string;
  readonly when: string;
  readonly reasons: readonly StopReason[];
}

/** Drafts that are no subtasks though they were to be inserted right before. Costs a look at `when` as long as that is false. */
export function keep(left: LeftOver, args: readonly (string | number | null)[]): InStatement[] {
  const { runId, rows, now, reason, when, reasons } = left;
  // Every statement uses all arguments: SQLite takes none that has no place.
  const all = [runId, rows, now, ...args];
  const sets = reasons.map(
    (each) => `${COLUMN[each]} = ${COLUMN[each]} + (SELECT count(*) FROM news WHERE reason = '${each}')`,
  );
  return [
    {
      sql: `WITH news AS MATERIALIZED (SELECT ${reason} AS reason FROM json_each(?2) AS d WHERE ${NOT_THERE_YET} AND ${UNKNOWN})
            UPDATE runs SET ${sets.join(", ")} WHERE id = ?1 AND ?3 > 0 AND (${when})`,
      args: all,
    },
    {
      sql: `INSERT INTO not_started (run_id, task, key, parent_id, reason, time, detail)
            SELECT ?1, d.value->>'task', d.value->>'key', d.value->>'parent', ${reason}, ?3, d.value->>'detail'
            FROM (SELECT 1 WHERE ${when}) CROSS JOIN json_each(?2) AS d WHERE ${NOT_THERE_YET}
            LIMIT max(0, ${KEPT} - (SELECT count(*) FROM not_started WHERE run_id = ?1))
            ON CONFLICT DO NOTHING`,
      args: all,
    },
    sayLimited(runId, now),
  ];
}

/** Once per run and reason; how many it was in the end is on the run. */
export function sayLimited(runId: string, now: number): InStatement {
  const counted = STOP_REASONS.map((reason) => `WHEN '${reason}' THEN r.${COLUMN[reason]}`).join(" ");
  return {
    sql: `INSERT INTO events (time, kind, run_id, name, data)
          SELECT ?2, 'run.limited', r.id, r.name, json_object('limit', l.value, 'detail', (SELECT detail FROM not_started s WHERE s.run_id = r.id AND s.reason = l.value LIMIT 1))
          FROM runs r CROSS JOIN json_each('${JSON.stringify(STOP_REASONS)}') AS l
          WHERE r.id = ?1 AND ${NOT_STARTED.replaceAll(/\b(?=too_|trapped)/g, "r.")} > 0 AND CASE l.value ${counted} END > 0
            AND NOT EXISTS (SELECT 1 FROM events e WHERE e.run_id = ?1 AND e.kind = 'run.limited' AND e.data->>'limit' = l.value)`,
    args: [runId, now],
  };
}

/** How many of a run are counted for a reason that stops what was started already. */
export function countStopped(reason: "bytes" | "time"): string {
  return `${COLUMN[reason]} = ${COLUMN[reason]}`;
}
