/** Events: what happened, in order, for `/api/events` and for duties that must miss nothing. */
import { and, asc, desc, eq, gt, sql } from "drizzle-orm";
import type { EventStore } from "../core/engine-stores.ts";
import type { Database } from "./database.ts";
import { limitOf } from "./pages.ts";
import { events } from "./schema/index.ts";

const SEEN =
  "INSERT INTO cursors (name, position) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET position = excluded.position";

export function createEventStore(database: Database): EventStore {
  const { db } = database;
  // Built once: duties ask them all the time.
  const unseen = db
    .select()
    .from(events)
    .where(
      and(
        eq(events.kind, sql.placeholder("kind")),
        gt(events.id, sql`coalesce((SELECT position FROM cursors WHERE name = ${sql.placeholder("cursor")}), 0)`),
      ),
    )
    .orderBy(asc(events.id))
    .limit(sql.placeholder("limit"))
    .prepare();
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
    unseen: (cursor, kind, limit) => unseen.all({ cursor, kind, limit }),
    async seen(cursor, position) {
      await database.write([{ sql: SEEN, args: [cursor, position] }]);
    },
  };
}
