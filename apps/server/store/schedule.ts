/** Schedule entries: one row per trigger of each operation. */
import { and, asc, eq, inArray, lte, notInArray } from "drizzle-orm";
import type { ScheduleDraft, ScheduleStore } from "../core/engine-stores.ts";
import type { Database } from "./database.ts";
import { schedule } from "./schema/index.ts";

export function createScheduleStore(database: Database): ScheduleStore {
  const { db } = database;
  const live = and(eq(schedule.active, true), eq(schedule.paused, false));
  return {
    list: () =>
      db.select(ENTRY).from(schedule).where(eq(schedule.active, true)).orderBy(asc(schedule.name), asc(schedule.id)),
    async get(id) {
      const [row] = await db
        .select(ENTRY)
        .from(schedule)
        .where(and(eq(schedule.id, id), eq(schedule.active, true)))
        .limit(1);
      return row ?? null;
    },
    sync: (drafts) => syncEntries(database, drafts),
    due: (now) =>
      db
        .select(ENTRY)
        .from(schedule)
        .where(and(live, lte(schedule.nextAt, now)))
        .orderBy(asc(schedule.nextAt)),
    async nextDue() {
      const result = await database.read(
        "SELECT min(next_at) AS next FROM schedule WHERE active = 1 AND paused = 0 AND next_at IS NOT NULL",
        [],
      );
      const next = result.rows[0]?.next;
      return next === null || next === undefined ? null : Number(next);
    },
    async advance(id, nextAt, last) {
      const started = last === null ? {} : { lastAt: last.at, lastRunId: last.runId, lateness: last.lateness };
      await database.write([
        db
          .update(schedule)
          .set({ nextAt, ...started })
          .where(eq(schedule.id, id)),
      ]);
    },
    async setPaused(id, paused, nextAt) {
      await database.write([db.update(schedule).set({ paused, nextAt }).where(eq(schedule.id, id))]);
    },
  };
}

const ENTRY = {
  id: schedule.id,
  name: schedule.name,
  kind: schedule.kind,
  trigger: schedule.trigger,
  paused: schedule.paused,
  nextAt: schedule.nextAt,
  lastAt: schedule.lastAt,
  lastRunId: schedule.lastRunId,
  lateness: schedule.lateness,
  createdAt: schedule.createdAt,
};

async function syncEntries(database: Database, drafts: readonly ScheduleDraft[]): Promise<void> {
  const { db } = database;
  const ids = drafts.map((draft) => draft.id);
  await database.write([
    db.update(schedule).set({ active: false }).where(notInArray(schedule.id, ids)),
    ...drafts.map((draft) =>
      db
        .insert(schedule)
        .values({ ...draft, active: true, paused: false })
        .onConflictDoNothing(),
    ),
    // An entry that was away starts counting anew: what it missed meanwhile was not asked for.
    ...drafts.map((draft) =>
      db
        .update(schedule)
        .set({ active: true, nextAt: draft.nextAt })
        .where(and(eq(schedule.id, draft.id), eq(schedule.active, false))),
    ),
    db.update(schedule).set({ active: true }).where(inArray(schedule.id, ids)),
  ]);
}
