/** Task runs that wait without a worker: for a person, a time, or a run of their own. */
import { and, desc, eq, isNotNull, isNull, lte, or, sql as query } from "drizzle-orm";
import type { Run, TaskRun } from "../core/entities.ts";
import type { RunDraft, RunStore, Suspension, Ticket } from "../core/run-store.ts";
import { createStatements } from "./create-sql.ts";
import { type Database, FENCE, FenceError } from "./database.ts";
import { followUp } from "./graph-sql.ts";
import { toRun, toTaskRun } from "./rows.ts";
import { suspend } from "./run-sql.ts";
import { runs, specs, taskRuns } from "./schema/index.ts";
import { settledOf } from "./settled.ts";

export function createSuspensions(
  database: Database,
): Pick<RunStore, "suspend" | "overdue" | "childOf" | "openChildren"> {
  return {
    suspend: (ticket, suspension, child, now) => suspendTaskRun(database, ticket, suspension, child, now),
    overdue: (now) => listOverdue(database, now),
    childOf: (taskRunId) => childOf(database, taskRunId),
    openChildren: (runId) => listOpenChildren(database, runId),
  };
}

/** The run that it waits for comes into being in the same transaction, so that neither is ever there without the other. */
async function suspendTaskRun(
  database: Database,
  ticket: Ticket,
  suspension: Suspension,
  child: RunDraft | null,
  now: number,
): ReturnType<RunStore["suspend"]> {
  try {
    const results = await database.write([
      suspend(ticket, suspension),
      FENCE,
      ...(child === null ? [] : createStatements(child, now)),
      ...followUp(ticket.runId, now),
    ]);
    return { ...settledOf(results), child: child === null ? null : await childOf(database, ticket.taskRunId) };
  } catch (error) {
    if (error instanceof FenceError) return null;
    throw error;
  }
}

const MOST = 500;

async function listOverdue({ db }: Database, now: number): Promise<TaskRun[]> {
  const rows = await db
    .select()
    .from(taskRuns)
    .innerJoin(specs, eq(specs.id, taskRuns.specId))
    .leftJoin(runs, and(eq(runs.parentTaskRunId, taskRuns.id), query`${taskRuns.awaits} = 'run ' || ${runs.id}`))
    .where(
      and(
        query`${taskRuns.awaits} IS NOT NULL`,
        or(lte(taskRuns.availableAt, now), query`${runs.finishedAt} IS NOT NULL`),
      ),
    )
    .limit(MOST);
  return rows.map((row) => toTaskRun(row.task_runs, row.specs.spec));
}

async function childOf({ db }: Database, taskRunId: string): Promise<Run | null> {
  const [row] = await db.select().from(runs).where(eq(runs.parentTaskRunId, taskRunId)).orderBy(desc(runs.id)).limit(1);
  return row ? toRun(row) : null;
}

async function listOpenChildren({ db }: Database, runId: string): Promise<string[]> {
  const rows = await db
    .select({ id: runs.id })
    .from(runs)
    .innerJoin(taskRuns, eq(taskRuns.id, runs.parentTaskRunId))
    .where(and(eq(runs.triggerRunId, runId), isNull(runs.finishedAt), isNotNull(taskRuns.finishedAt)));
  return rows.map((row) => row.id);
}
