/** Limits that are no constants: what this node has to give, and how many places the load of the machine leaves. */
import { ADAPTIVE, type Places } from "../core/adaptive.ts";
import type { TaskSpec } from "../core/definition.ts";
import { jsonText } from "../core/json.ts";
import type { Capacity } from "../core/resources.ts";
import type { RunStore } from "../core/run-store.ts";
import type { Database } from "./database.ts";
import { CPU, MEMORY, wakeByLock } from "./lock-sql.ts";
import { settledOf } from "./settled.ts";

/** What another life of the server had found out about the load is forgotten. */
export async function beginPlaces(database: Database, { cpu, memory }: Capacity): Promise<void> {
  await database.write([
    "DELETE FROM adaptive_limits",
    {
      sql: "INSERT INTO adaptive_limits (lock, places) VALUES (?, ?), (?, ?)",
      args: [CPU, Math.floor(cpu * 1000), MEMORY, Math.floor(memory)],
    },
  ]);
}

export function createPlaces(database: Database): Pick<RunStore, "adaptivePlaces" | "setPlaces"> {
  return {
    adaptivePlaces: () => readPlaces(database),
    async setPlaces(changes) {
      const results = await database.write(
        [
          {
            sql: `INSERT INTO adaptive_limits (lock, places) SELECT d.value->>'lock', d.value->>'places' FROM json_each(?) AS d WHERE true
                  ON CONFLICT (lock) DO UPDATE SET places = excluded.places`,
            args: [jsonText(changes)],
          },
          {
            sql: "DELETE FROM adaptive_limits WHERE lock NOT IN (?, ?) AND lock NOT IN (SELECT value->>'lock' FROM json_each(?))",
            args: [CPU, MEMORY, jsonText(changes)],
          },
          ...changes.map(({ lock }) => wakeByLock(lock)),
        ],
        { durable: false },
      );
      return settledOf(results).woken ?? [];
    },
  };
}

async function readPlaces(database: Database): Promise<Places[]> {
  const { rows } = await database.read(
    `SELECT g.*, coalesce(a.places, 1) AS places, s.spec FROM (
       SELECT lock, sum(state = 'running') AS running, sum(state = 'queued') AS waiting, max(spec_id) AS spec_id FROM task_runs
       WHERE lock >= ? AND lock < ? AND state IN ('queued', 'running') GROUP BY lock) g
     JOIN specs s ON s.id = g.spec_id LEFT JOIN adaptive_limits a ON a.lock = g.lock`,
    [`${ADAPTIVE} `, `${ADAPTIVE}!`],
  );
  return rows.map((row) => {
    const { concurrency } = JSON.parse(String(row.spec)) as TaskSpec;
    const [places, running, waiting] = [Number(row.places), Number(row.running), Number(row.waiting)];
    const most = concurrency?.limit ?? places;
    return { lock: String(row.lock), places, running, waiting, most, while: concurrency?.while ?? {} };
  });
}
