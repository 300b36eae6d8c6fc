/** What templates and conditions ask of a run and its tasks. Looks at an operation's own tasks, found by their own index. */
import type { RunResult } from "../core/completion.ts";
import type { Json } from "../core/json.ts";
import type { RunOutcome, TaskFacts } from "../core/operation.ts";
import type { RunStore } from "../core/run-store.ts";
import { FINAL_STATES } from "../core/words.ts";
import type { Database } from "./database.ts";
import { FAILING_TASKS } from "./graph-sql.ts";

export function tellFacts(database: Database): Pick<RunStore, "facts" | "outcome"> {
  return {
    facts: (runId, names, items) => readFacts(database, runId, names, items),
    outcome: (runId) => readOutcome(database, runId),
  };
}

/** @param items names whose subtasks' outputs are wanted, too */
async function readFacts(
  database: Database,
  runId: string,
  names: readonly string[],
  items: readonly string[],
): Promise<ReadonlyMap<string, TaskFacts>> {
  const { rows } = await database.read(
    `SELECT t.id, t.task, t.state, t.input, t.error, t.subtasks, CASE WHEN f.id IS NULL THEN t.output ELSE f.output END AS output
     FROM task_runs t LEFT JOIN task_run_edges e ON e.needs_id = t.id AND e.on_failure = 1
     LEFT JOIN task_runs f ON f.id = e.task_run_id AND f.state = 'succeeded'
     WHERE t.run_id = ? AND t.parent_id IS NULL AND t.task IN (SELECT value FROM json_each(?))`,
    [runId, JSON.stringify(names)],
  );
  const facts = new Map<string, TaskFacts>();
  for (const row of rows) {
    const task = String(row.task);
    const outputs = items.includes(task) ? { outputs: await outputsBelow(database, String(row.id)) } : {};
    const [input, output, error] = [parsed(row.input), parsed(row.output), parsed(row.error)];
    const subtasks = Number(row.subtasks) === 0 ? {} : { subtasks: await countBelow(database, runId, String(row.id)) };
    facts.set(task, { state: String(row.state), input, output, error, ...subtasks, ...outputs });
  }
  return facts;
}

async function readOutcome(database: Database, runId: string): Promise<RunOutcome> {
  const failing = await database.read(`SELECT t.task, t.error->>'message' AS message ${FAILING_TASKS} ORDER BY t.id`, [
    runId,
  ]);
  const late = await database.read("SELECT id FROM runs WHERE id = ? AND timed_out", [runId]);
  const failed = failing.rows.map((row) => String(row.task));
  const error = failing.rows.find((row) => row.message !== null)?.message;
  const timeout = late.rows.length > 0 ? "the run took longer than it may" : "";
  return {
    state: failed.length > 0 || timeout !== "" ? "failed" : "succeeded",
    failed,
    error: error === undefined ? timeout : String(error),
  };
}

/** What a run has come to: of its own tasks, those that nothing else needs are its last ones. */
export async function readResult(database: Database, runId: string): Promise<RunResult> {
  const { rows } = await database.read(
    `SELECT t.id, t.task, t.state, t.rule->>'each' AS each, CASE WHEN f.id IS NULL THEN CASE WHEN t.state = 'succeeded' THEN t.output END ELSE f.output END AS output,
       EXISTS (SELECT 1 FROM task_run_edges n WHERE n.needs_id = t.id AND n.on_failure = 0) AS needed,
       EXISTS (SELECT 1 FROM task_run_edges b WHERE b.task_run_id = t.id AND b.on_failure = 1) AS is_fallback
     FROM task_runs t LEFT JOIN task_run_edges e ON e.needs_id = t.id AND e.on_failure = 1
     LEFT JOIN task_runs f ON f.id = e.task_run_id AND f.state = 'succeeded'
     WHERE t.run_id = ? AND t.parent_id IS NULL AND t.hook IS NULL ORDER BY t.id`,
    [runId],
  );
  const last: [string, Json][] = [];
  const tasks: Record<string, { state: string; output: Json }> = {};
  for (const row of rows) {
    const output = (row.each === null ? parsed(row.output) : await outputsBelow(database, String(row.id))) as Json;
    tasks[String(row.task)] = { state: String(row.state), output };
    if (!row.needed && !row.is_fallback) last.push([String(row.task), output]);
  }
  const [only] = last;
  const { failed, error } = await readOutcome(database, runId);
  return { output: only && last.length === 1 ? only[1] : Object.fromEntries(last), tasks, failed, error };
}

async function countBelow(database: Database, runId: string, rootId: string): Promise<Record<string, number>> {
  const { rows } = await database.read(
    "SELECT state, count(*) AS n FROM task_runs WHERE run_id = ? AND root_id = ? AND parent_id IS NOT NULL GROUP BY state",
    [runId, rootId],
  );
  const none = Object.fromEntries(FINAL_STATES.map((state) => [state, 0]));
  const byState = Object.fromEntries(rows.map((row) => [String(row.state), Number(row.n)]));
  return { ...none, ...byState, total: Object.values(byState).reduce((sum, n) => sum + n, 0) };
}

/** Keys of items are their positions. */
async function outputsBelow(database: Database, id: string): Promise<unknown[]> {
  const { rows } = await database.read(
    "SELECT output FROM task_runs WHERE parent_id = ? ORDER BY CAST(key AS INTEGER), id",
    [id],
  );
  return rows.map((row) => parsed(row.output));
}

function parsed(text: unknown): unknown {
  return typeof text === "string" ? JSON.parse(text) : null;
}
