/** The statements that bring task runs into being: those of a new run, and subtasks within their limits. */
import type { InStatement } from "@libsql/client";
import { jsonText } from "../core/json.ts";
import type { TaskRunDraft } from "../core/run-store.ts";
import { DELIVERY_COLUMNS } from "./rows.ts";
import { type SpecRow, specRow } from "./specs.ts";

/** The tasks of a new run, and what each of them needs. */
export function insertPlan(runId: string, drafts: readonly TaskRunDraft[], now: number): InStatement[] {
  if (drafts.length === 0) return [];
  const { specs, rows } = toRows(drafts);
  const edges = drafts.flatMap(({ id, needs, fallbackFor }) => [
    ...needs.map((needed) => [id, needed, 0]),
    ...(fallbackFor === undefined ? [] : [[id, fallbackFor, 1]]),
  ]);
  return [
    ...specs,
    insertTaskRuns(runId, rows, now, null),
    {
      sql: "INSERT INTO task_run_edges (task_run_id, needs_id, on_failure) SELECT d.value->>0, d.value->>1, d.value->>2 FROM json_each(?) AS d WHERE true",
      args: [jsonText(edges)],
    },
  ];
}

/** Subtasks that are not there yet (unique by run, task and key), as far as their limits allow; what these stop is counted. */
export function insertSubtasks(
  runId: string,
  drafts: readonly TaskRunDraft[],
  tooDeep: number,
  now: number,
): InStatement[] {
  const [first] = drafts;
  if (first === undefined) return tooDeep > 0 ? [countTooDeep(runId, tooDeep), sayLimited(runId, now)] : [];
  const { specs, rows } = toRows(drafts);
  const bound = { root: first.root, subtasks: first.spec.limits.subtasks };
  return [...specs, insertTaskRuns(runId, rows, now, bound), countTooMany(runId, rows, bound), sayLimited(runId, now)];
}

/** How many subtasks a root may have in all. */
interface Bound {
  readonly root: string;
  readonly subtasks: number;
}

function toRows(drafts: readonly TaskRunDraft[]): { readonly specs: readonly InStatement[]; readonly rows: string } {
  const specs = new Map<string, SpecRow>();
  const rows = drafts.map((draft) => {
    const row = specRow(draft.spec);
    specs.set(row.id, row);
    const state = waits(draft) ? "waiting" : "queued";
    return { ...draft, specId: row.id, kind: draft.spec.kind, state, spec: undefined, needs: undefined };
  });
  return { specs: insertSpecs([...specs.values()].filter((spec) => !spec.stored)), rows: jsonText(rows) };
}

function insertSpecs(specs: readonly SpecRow[]): InStatement[] {
  if (specs.length === 0) return [];
  const args = [jsonText(specs.map(({ id, text }) => ({ id, spec: text })))];
  const sql =
    "INSERT INTO specs (id, spec) SELECT d.value->>'id', d.value->>'spec' FROM json_each(?) AS d WHERE true ON CONFLICT (id) DO NOTHING";
  return [{ sql, args }];
}

/** Whether something must happen before it may start. */
export function waits(draft: TaskRunDraft): boolean {
  return (
    draft.needs.length > 0 || draft.fallbackFor !== undefined || (draft.hook !== undefined && draft.parent === null)
  );
}

const NOT_THERE_YET =
  "NOT EXISTS (SELECT 1 FROM task_runs t WHERE t.run_id = ?1 AND t.task = d.value->>'task' AND t.key = d.value->>'key') AND NOT EXISTS (SELECT 1 FROM task_runs t WHERE t.run_id = ?1 AND t.task = d.value->>'task' AND t.landed = d.value->>'key')";

function insertTaskRuns(runId: string, rows: string, now: number, bound: Bound | null): InStatement {
  const limit = bound === null ? "" : "LIMIT max(0, ?5 - (SELECT subtasks FROM task_runs WHERE id = ?4))";
  return {
    sql: `INSERT INTO task_runs (id, run_id, task, key, parent_id, root_id, depth, kind, spec_id, state, reason, attempt, failures, interruptions, available_at, created_at, input, rule, hook, lock, lock_limit, cpu, memory, landing)
          SELECT d.value->>'id', ?1, d.value->>'task', d.value->>'key', d.value->>'parent', d.value->>'root', d.value->>'depth', d.value->>'kind', d.value->>'specId', d.value->>'state',
                 'created', 0, 0, 0, ?3, ?3, d.value->'input', d.value->'rule', d.value->>'hook', d.value->'lock'->>'name', d.value->'lock'->>'limit', d.value->'resources'->>'cpu', d.value->'resources'->>'memory', d.value->'landing'
          FROM json_each(?2) AS d WHERE ${NOT_THERE_YET} ORDER BY d.key ${limit}
          ON CONFLICT (run_id, task, key) DO NOTHING RETURNING ${DELIVERY_COLUMNS}, state`,
    args: [runId, rows, now, ...(bound === null ? [] : [bound.root, bound.subtasks])],
  };
}

/** Costs nothing below the limit: the condition that names no row is looked at first. */
function countTooMany(runId: string, rows: string, bound: Bound): InStatement {
  return {
    sql: `UPDATE runs SET too_many = too_many + (SELECT count(*) FROM json_each(?2) AS d WHERE ${NOT_THERE_YET})
          WHERE id = ?1 AND (SELECT subtasks FROM task_runs WHERE id = ?3) >= ?4`,
    args: [runId, rows, bound.root, bound.subtasks],
  };
}

function countTooDeep(runId: string, tooDeep: number): InStatement {
  return { sql: "UPDATE runs SET too_deep = too_deep + ? WHERE id = ?", args: [tooDeep, runId] };
}

/** Once per run; how many it was in the end is on the run. */
function sayLimited(runId: string, now: number): InStatement {
  return {
    sql: `INSERT INTO events (time, kind, run_id, name, data)
          SELECT ?2, 'run.limited', id, name, json_object('limit', CASE WHEN too_deep > 0 THEN 'depth' ELSE 'subtasks' END) FROM runs
          WHERE id = ?1 AND too_deep + too_many > 0 AND NOT EXISTS (SELECT 1 FROM events WHERE run_id = ?1 AND kind = 'run.limited')`,
    args: [runId, now],
  };
}
