/** Events: what happened, in order, for `/api/events` and for duties that must miss nothing. */
import { and, asc, desc, eq, gt, sql } from "drizzle-orm";
import type { EventStore } from "../core/engine-stores.ts";
import type { Database } from "./database.ts";
import { limitOf } from "./pages.ts";
import { cursors, events } from "./schema/index.ts";

export function createEventStore(database: Database): EventStore {
  const { db } = database;
  // Built once: the feed asks it all the time.
  const newer = db
    .select()
    .from(events)
    .where(gt(events.id, sql.placeholder("after")))
    .orderBy(asc(events.id))
    .limit(sql.placeholder("limit"))
    .prepare();
  return {
    async append(event) {
      const [result] = await database.write([db.insert(events).values(event).returning({ id: events.id })]);
      return { ...event, id: Number(result?.rows[0]?.id) };
    },
    async list({ after, limit, runId }) {
      if (after !== undefined && runId === undefined) return newer.all({ after, limit: limitOf(limit) });
      const conditions = [
        after === undefined ? undefined : gt(events.id, after),
        runId === undefined ? undefined : eq(events.runId, runId),
      ];
      const query = db
        .select()
        .from(events)
        .where(and(...conditions))
        .limit(limitOf(limit));
      if (after !== undefined) return query.orderBy(asc(events.id));
      return (await query.orderBy(desc(events.id))).reverse();
    },
    async unseen(cursor, kind, limit) {
      const [row] = await db.select().from(cursors).where(eq(cursors.name, cursor)).limit(1);
      return db
        .select()
        .from(events)
        .where(and(eq(events.kind, kind), gt(events.id, row?.position ?? 0)))
        .orderBy(asc(events.id))
        .limit(limit);
    },
    async seen(cursor, position) {
      await database.write([
        db
          .insert(cursors)
          .values({ name: cursor, position })
          .onConflictDoUpdate({ target: cursors.name, set: { position } }),
      ]);
    },
  };
}
