/** Which tier served the pages of a run, and why: summed up from its task runs when somebody asks, so that no page pays for it. */
import type { ServedPages } from "../core/execution.ts";
import type { Database } from "./database.ts";

/** So many kinds of pages at most. */
const LIMIT = 200;

export async function readServed(database: Database, runId: string): Promise<readonly ServedPages[]> {
  const { rows } = await database.read(
    `SELECT s.value->>'pattern' AS pattern, s.value->>'tier' AS tier, s.value->>'why' AS why, sum(s.value->>'pages') AS pages
     FROM task_runs t, json_each(t.usage, '$.tiers.served') s
     WHERE t.run_id = ? AND t.usage IS NOT NULL
     GROUP BY 1, 2, 3 ORDER BY pages DESC, 1, 2, 3 LIMIT ${LIMIT}`,
    [runId],
  );
  return rows.map(({ pattern, tier, why, pages }) => ({
    pattern: String(pattern),
    tier: tier === "browser" ? "browser" : "http",
    why: String(why) as ServedPages["why"],
    pages: Number(pages),
  }));
}
