/** Reading task runs and their attempts. */
import { and, asc, count, eq, gt, inArray, isNull, sql } from "drizzle-orm";
import type { Attempt, Page, PageQuery, TaskRun } from "../core/entities.ts";
import type { FlowTask } from "../core/flow-view.ts";
import type { TaskRunFilter, TaskRunReader } from "../core/ports.ts";
import type { Database } from "./database.ts";
import { readNotStarted } from "./not-started.ts";
import { decodeCursor, limitOf, toPage } from "./pages.ts";
import { toTaskRun } from "./rows.ts";
import { attempts, specs, taskRunEdges, taskRuns } from "./schema/index.ts";
import { createTotals } from "./totals.ts";

export function createTaskRunReader(database: Database): TaskRunReader {
  const { db } = database;
  const select = () => db.select().from(taskRuns).innerJoin(specs, eq(specs.id, taskRuns.specId));
  return {
    async get(id) {
      const [row] = await select().where(eq(taskRuns.id, id)).limit(1);
      return row ? toTaskRun(row.task_runs, row.specs.spec) : null;
    },
    list: (runId, filter) => listOfRun(database, runId, filter),
    totals: createTotals(database),
    flow: (runId) => readFlow(database, runId),
    notStarted: (...query) => readNotStarted(database, ...query),
    awaitingApproval: (query) => listApprovals(database, query),
    attempts: (taskRunId) =>
      db.select().from(attempts).where(eq(attempts.taskRunId, taskRunId)).orderBy(asc(attempts.number)),
    attemptsOf: (taskRunIds) => readAttempts(database, taskRunIds),
    async childCounts(taskRunIds) {
      if (taskRunIds.length === 0) return new Map();
      const rows = await db
        .select({ parent: taskRuns.parentId, children: count() })
        .from(taskRuns)
        .where(inArray(taskRuns.parentId, [...taskRunIds]))
        .groupBy(taskRuns.parentId);
      return new Map(rows.map((row) => [row.parent ?? "", row.children]));
    },
  };
}

async function readAttempts(
  { db }: Database,
  taskRunIds: readonly string[],
): Promise<ReadonlyMap<string, readonly Attempt[]>> {
  const rows = await db
    .select()
    .from(attempts)
    .where(sql`${attempts.taskRunId} IN (SELECT value FROM json_each(${JSON.stringify(taskRunIds)}))`)
    .orderBy(asc(attempts.taskRunId), asc(attempts.number));
  return Map.groupBy(rows, (row) => row.taskRunId);
}

async function readFlow({ db }: Database, runId: string): Promise<FlowTask[]> {
  const rows = await db
    .select()
    .from(taskRuns)
    .innerJoin(specs, eq(specs.id, taskRuns.specId))
    .where(and(eq(taskRuns.runId, runId), isNull(taskRuns.parentId), isNull(taskRuns.hook)))
    .orderBy(asc(taskRuns.id));
  const names = new Map(rows.map((row) => [row.task_runs.id, row.task_runs.task]));
  const edges = await db
    .select()
    .from(taskRunEdges)
    .where(inArray(taskRunEdges.taskRunId, [...names.keys()]));
  const standIns = new Set(edges.filter((edge) => edge.onFailure).map((edge) => edge.taskRunId));
  const needs = Map.groupBy(edges, (edge) => edge.taskRunId);
  return rows
    .filter((row) => !standIns.has(row.task_runs.id))
    .map((row) => ({
      taskRun: toTaskRun(row.task_runs, row.specs.spec),
      needs: (needs.get(row.task_runs.id) ?? []).flatMap((edge) => names.get(edge.needsId) ?? []),
    }));
}

async function listOfRun({ db }: Database, runId: string, filter: TaskRunFilter): Promise<Page<TaskRun>> {
  const limit = limitOf(filter.limit);
  const after = decodeCursor(filter.cursor);
  const { parent, state } = filter;
  const ofParent = parent === "none" ? isNull(taskRuns.parentId) : eq(taskRuns.parentId, parent ?? "");
  const conditions = [
    eq(taskRuns.runId, runId),
    state === undefined ? undefined : eq(taskRuns.state, state),
    parent === undefined ? undefined : ofParent,
    after === null ? undefined : gt(taskRuns.id, after),
  ];
  const rows = await db
    .select()
    .from(taskRuns)
    .innerJoin(specs, eq(specs.id, taskRuns.specId))
    .where(and(...conditions))
    .orderBy(asc(taskRuns.id))
    .limit(limit + 1);
  const found = rows.map((row) => toTaskRun(row.task_runs, row.specs.spec));
  return toPage(found, limit, (taskRun) => taskRun.id);
}

async function listApprovals({ db }: Database, query: PageQuery): Promise<Page<TaskRun>> {
  const limit = limitOf(query.limit);
  const after = decodeCursor(query.cursor);
  const rows = await db
    .select()
    .from(taskRuns)
    .innerJoin(specs, eq(specs.id, taskRuns.specId))
    .where(and(eq(taskRuns.awaits, "approval"), after === null ? undefined : gt(taskRuns.id, after)))
    .orderBy(asc(taskRuns.id))
    .limit(limit + 1);
  const found = rows.map((row) => toTaskRun(row.task_runs, row.specs.spec));
  return toPage(found, limit, (taskRun) => taskRun.id);
}
