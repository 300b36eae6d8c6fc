/** Reading runs. */
import { and, count, desc, eq, gte, lt, sql } from "drizzle-orm";
import type { Run } from "../core/entities.ts";
import type { RunReader } from "../core/ports.ts";
import type { TriggerKind } from "../core/words.ts";
import type { Database } from "./database.ts";
import { readResult } from "./facts.ts";
import { decodeCursor, limitOf, toPage } from "./pages.ts";
import { toRun } from "./rows.ts";
import { runs } from "./schema/index.ts";
import { readServed } from "./served.ts";

export function createRunReader(database: Database): RunReader {
  const { db } = database;
  const find = prepareFindRun(database);
  return {
    result: (id) => readResult(database, id),
    served: (id) => readServed(database, id),
    get: find,
    async countByState() {
      const rows = await db.select({ state: runs.state, runs: count() }).from(runs).groupBy(runs.state);
      return Object.fromEntries(rows.map((row) => [row.state, row.runs]));
    },
    async list(filter) {
      const limit = limitOf(filter.limit);
      const before = decodeCursor(filter.cursor);
      const conditions = [
        filter.status && eq(runs.state, filter.status),
        filter.name && eq(runs.name, filter.name),
        filter.trigger && eq(runs.triggerKind, filter.trigger as TriggerKind),
        filter.startedBy && eq(runs.triggerRunId, filter.startedBy),
        filter.since !== undefined && gte(runs.createdAt, filter.since),
        before !== null && lt(runs.id, before),
      ].filter((condition) => typeof condition === "object");
      const rows = await db
        .select()
        .from(runs)
        .where(and(...conditions))
        .orderBy(desc(runs.id))
        .limit(limit + 1);
      return toPage(rows.map(toRun), limit, (run) => run.id);
    },
  };
}

export type FindRun = (id: string) => Promise<Run | null>;

/** Built once: building this query anew costs more than running it. */
export function prepareFindRun({ db }: Database): FindRun {
  const prepared = db
    .select()
    .from(runs)
    .where(eq(runs.id, sql.placeholder("id")))
    .limit(1)
    .prepare();
  return async (id) => {
    const [row] = await prepared.all({ id });
    return row ? toRun(row) : null;
  };
}
