/** Reading what was wanted of a run and not started. */
import { and, eq, gt, sql } from "drizzle-orm";
import type { TaskRunReader } from "../core/ports.ts";
import type { Database } from "./database.ts";
import { decodeCursor, limitOf, toPage } from "./pages.ts";
import { notStarted } from "./schema/index.ts";

export async function readNotStarted(
  { db }: Database,
  ...[runId, filter]: Parameters<TaskRunReader["notStarted"]>
): ReturnType<TaskRunReader["notStarted"]> {
  const limit = limitOf(filter.limit);
  const after = decodeCursor(filter.cursor);
  const name = sql<string>`${notStarted.task} || char(10) || ${notStarted.key}`;
  const conditions = [
    eq(notStarted.runId, runId),
    filter.reason === undefined ? undefined : eq(notStarted.reason, filter.reason),
    after === null ? undefined : gt(name, after),
  ];
  const rows = await db
    .select()
    .from(notStarted)
    .where(and(...conditions))
    .orderBy(name)
    .limit(limit + 1);
  const stops = rows.map(({ runId: _runId, parentId: parent, ...same }) => ({ ...same, parent }));
  return toPage(stops, limit, (stop) => `${stop.task}\n${stop.key}`);
}
