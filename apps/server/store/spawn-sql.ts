/** The statements that bring task runs into being: those of a new run, and subtasks within their limits. */
import type { InStatement } from "@libsql/client";
import { DEFAULT_LIMITS, type FanOutLimits } from "../core/definition.ts";
import { jsonText } from "../core/json.ts";
import type { TaskRunDraft } from "../core/run-store.ts";
import { placeOf, type Stop } from "../core/stops.ts";
import { DELIVERY_COLUMNS } from "./rows.ts";
import { type SpecRow, specRow } from "./specs.ts";
import { keep, keepStops, notThereYet } from "./stop-sql.ts";

/** The tasks of a new run, and what each of them needs. */
export function insertPlan(runId: string, drafts: readonly TaskRunDraft[], now: number): InStatement[] {
  if (drafts.length === 0) return [];
  const { specs, rows } = toRows(drafts);
  const edges = drafts.flatMap(({ id, needs, fallbackFor }) => [
    ...needs.map((needed) => [id, needed, 0] as const),
    ...(fallbackFor === undefined ? [] : [[id, fallbackFor, 1] as const]),
  ]);
  return [...specs, insertTaskRuns(runId, rows, now, null), ...insertEdges(edges)];
}

function insertEdges(edges: readonly (readonly [string, string, 0 | 1])[]): InStatement[] {
  if (edges.length === 0) return [];
  const sql =
    "INSERT INTO task_run_edges (task_run_id, needs_id, on_failure) SELECT d.value->>0, d.value->>1, d.value->>2 FROM json_each(?) AS d WHERE true";
  return [{ sql, args: [jsonText(edges)] }];
}

/** So many take some 6 ms: a transaction lets others go on between two statements. */
const AT_ONCE = 200;

/** Subtasks that are not there yet (unique by run, task and key), as far as the limits of their root allow; what these stop is kept. */
export function insertSubtasks(
  runId: string,
  drafts: readonly TaskRunDraft[],
  stops: readonly Stop[],
  now: number,
): InStatement[] {
  const [first] = drafts;
  if (first === undefined) return keepStops(runId, stops, now);
  const { limits } = first.spec;
  const bound: Bound = { ...DEFAULT_LIMITS, ...limits, root: first.root };
  const isPlaced = limits.perTemplate !== undefined || limits.perHost !== undefined;
  const parts = Array.from({ length: Math.ceil(drafts.length / AT_ONCE) }, (_, part) =>
    toRows(drafts.slice(part * AT_ONCE, (part + 1) * AT_ONCE), isPlaced),
  );
  return [
    ...parts.flatMap(({ specs }) => specs),
    ...(first.parent === first.root ? [startClock(bound)] : []),
    ...parts.flatMap(({ rows }) => [
      insertTaskRuns(runId, rows, now, bound),
      ...(isPlaced ? countPlaces(rows, first.root) : []),
      ...keepLeftOver(runId, rows, now, bound),
    ]),
    ...keepStops(runId, stops, now),
  ];
}

/** How much there may be below a root. */
interface Bound extends FanOutLimits {
  readonly root: string;
  readonly bytes: number;
  readonly time: number;
}

function toRows(drafts: readonly TaskRunDraft[], isPlaced = false) {
  const specs = new Map<string, SpecRow>();
  const rows = drafts.map((draft) => {
    const row = specRow(draft.spec);
    specs.set(row.id, row);
    const state = waits(draft) ? "waiting" : "queued";
    const place = isPlaced ? placeOf(draft.key) : null;
    return { ...draft, ...place, specId: row.id, kind: draft.spec.kind, state, spec: undefined, needs: undefined };
  });
  return { specs: insertSpecs([...specs.values()].filter((spec) => !spec.stored)), rows };
}

type Row = ReturnType<typeof toRows>["rows"][number];

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

/** What most drafts of a page or a list have in common. */
const SHARED = [
  "task",
  "parent",
  "root",
  "depth",
  "kind",
  "specId",
  "state",
  "rule",
  "hook",
  "lock",
  "resources",
  "landing",
  "priority",
] as const;

type Shared = (typeof SHARED)[number];

/** To read a field of a row out of its JSON takes a microsecond, half of all that a row costs: what is the same for all is read once. */
function insertTaskRuns(runId: string, rows: readonly Row[], now: number, bound: Bound | null): InStatement {
  const same = new Set<Shared>(SHARED.filter((field) => rows.every((row) => row[field] === rows[0]?.[field])));
  const own = rows.map((row) =>
    Object.fromEntries(Object.entries(row).filter(([field]) => !same.has(field as Shared))),
  );
  const common = Object.fromEntries([...same].map((field) => [field, rows[0]?.[field]]));
  const of = (field: Shared): string => `${same.has(field) ? "?9" : "d.value"}->>'${field}'`;
  const part = (field: Shared, name: string): string => of(field).replace("->>", "->").concat(`->>'${name}'`);
  const isNew = notThereYet(of("task"));
  const { source, limit, args } =
    bound === null ? { source: "json_each(?2)", limit: "", args: [] } : within(bound, isNew);
  const unused = Array.from({ length: 5 - args.length }, () => null);
  return {
    sql: `INSERT INTO task_runs (id, run_id, task, key, parent_id, root_id, depth, kind, spec_id, state, reason, attempt, failures, interruptions, available_at, created_at, input, rule, hook, lock, lock_limit, cpu, memory, landing, priority)
          SELECT d.value->>'id', ?1, ${of("task")}, d.value->>'key', ${of("parent")}, ${of("root")}, ${of("depth")}, ${of("kind")}, ${of("specId")}, ${of("state")},
                 'created', 0, 0, 0, ?3, ?3, d.value->'input', ${of("rule").replace("->>", "->")}, ${of("hook")}, ${part("lock", "name")}, ${part("lock", "limit")}, ${part("resources", "cpu")}, ${part("resources", "memory")}, ${of("landing").replace("->>", "->")}, coalesce(${of("priority")}, 0)
          FROM ${source} AS d WHERE ${isNew} ORDER BY d.key ${limit}
          ON CONFLICT (run_id, task, key) DO NOTHING RETURNING ${DELIVERY_COLUMNS}, state`,
    args: [runId, jsonText(own), now, ...args, ...unused, jsonText(common)],
  };
}

/** Condition on the row `r` of a root: it has no room for more. Arguments from ?4 on: root, subtasks, bytes. */
const IS_FULL = "(r.subtasks >= ?5 OR r.bytes >= ?6 OR r.stop_at <= ?3)";

function within(bound: Bound, isNew: string): { source: string; limit: string; args: (string | number | null)[] } {
  const { root, subtasks, bytes, perTemplate, perHost } = bound;
  const limit = `LIMIT (SELECT CASE WHEN ${IS_FULL} THEN 0 ELSE ?5 - r.subtasks END FROM task_runs r WHERE r.id = ?4)`;
  if (perTemplate === undefined && perHost === undefined)
    return { source: "json_each(?2)", limit, args: [root, subtasks, bytes] };
  const fresh = `SELECT d.key, d.value FROM json_each(?2) AS d WHERE ${isNew}`;
  const source = `(${firstOf(firstOf(`(${fresh})`, "template", "?7"), "host", "?8")})`;
  return { source, limit, args: [root, subtasks, bytes, perTemplate ?? null, perHost ?? null] };
}

/** The first of those of the same template or host, as far as there is room for them. */
function firstOf(rows: string, what: "template" | "host", limit: string): string {
  const taken = `coalesce((SELECT f.subtasks FROM fan_out f WHERE f.root_id = ?4 AND f.name = '${what} ' || (c.value->>'${what}')), 0)`;
  return `SELECT c.key, c.value FROM (SELECT e.key, e.value, row_number() OVER (PARTITION BY e.value->>'${what}' ORDER BY e.key) AS nth FROM (${rows}) AS e) AS c
    WHERE ${limit} IS NULL OR c.value->>'${what}' IS NULL OR c.nth <= ${limit} - ${taken}`;
}

/** From the first spawn of a root on, its fan-out has so much time. */
function startClock({ root, time }: Bound): InStatement {
  return { sql: "UPDATE task_runs SET stop_at = started_at + ? WHERE id = ? AND stop_at IS NULL", args: [time, root] };
}

/** Right behind the insertion: what it inserted has ids that are there. */
function countPlaces(rows: readonly Row[], root: string): InStatement[] {
  const places = jsonText(rows.map(({ id, template, host }) => ({ id, template, host })));
  return ["template", "host"].map((what) => ({
    sql: `INSERT INTO fan_out (root_id, name, subtasks)
          SELECT ?2, '${what} ' || (d.value->>'${what}'), count(*) FROM json_each(?1) AS d
          WHERE d.value->>'${what}' IS NOT NULL AND EXISTS (SELECT 1 FROM task_runs t WHERE t.id = d.value->>'id') GROUP BY d.value->>'${what}'
          ON CONFLICT (root_id, name) DO UPDATE SET subtasks = subtasks + excluded.subtasks`,
    args: [places, root],
  }));
}

function keepLeftOver(runId: string, all: readonly Row[], now: number, bound: Bound): InStatement[] {
  const rows = jsonText(all.map(({ task, key, parent, template, host }) => ({ task, key, parent, template, host })));
  const { root, subtasks, bytes, perTemplate, perHost } = bound;
  const ofRoot = `(SELECT CASE WHEN r.bytes >= ?6 THEN 'bytes' WHEN r.stop_at <= ?3 THEN 'time' WHEN r.subtasks >= ?5 THEN 'subtasks' END FROM task_runs r WHERE r.id = ?4)`;
  const isFull = `EXISTS (SELECT 1 FROM task_runs r WHERE r.id = ?4 AND ${IS_FULL})`;
  const left = { runId, rows, now };
  if (perTemplate === undefined && perHost === undefined)
    return keep({ ...left, reason: ofRoot, when: isFull, reasons: ["bytes", "time", "subtasks"] }, [
      root,
      subtasks,
      bytes,
    ]);
  const isFullTemplate =
    "(SELECT f.subtasks FROM fan_out f WHERE f.root_id = ?4 AND f.name = 'template ' || (d.value->>'template')) >= ?7";
  const reason = `coalesce(${ofRoot}, CASE WHEN ${isFullTemplate} THEN 'perTemplate' ELSE 'perHost' END)`;
  const reasons = ["bytes", "time", "subtasks", "perTemplate", "perHost"] as const;
  return keep({ ...left, reason, when: "true", reasons }, [
    root,
    subtasks,
    bytes,
    perTemplate ?? null,
    perHost ?? null,
  ]);
}
