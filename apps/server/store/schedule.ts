/** Schedule entries: one row per trigger of each operation. */
import { and, asc, eq, inArray, isNotNull, lte, min, notInArray } from "drizzle-orm";
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
    live: (kinds) =>
      db
        .select(ENTRY)
        .from(schedule)
        .where(and(live, inArray(schedule.kind, kinds)))
        .orderBy(asc(schedule.name), asc(schedule.id)),
    sync: (drafts) => syncEntries(database, drafts),
    due: (now, kinds) =>
      db
        .select(ENTRY)
        .from(schedule)
        .where(and(live, lte(schedule.nextAt, now), inArray(schedule.kind, kinds)))
        .orderBy(asc(schedule.nextAt)),
    async nextDue(kinds) {
      const [row] = await db
        .select({ next: min(schedule.nextAt) })
        .from(schedule)
        .where(and(live, isNotNull(schedule.nextAt), inArray(schedule.kind, kinds)));
      return row?.next ?? null;
    },
    async change(id, change) {
      await database.write([db.update(schedule).set(change).where(eq(schedule.id, id))]);
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
  nominalAt: schedule.nominalAt,
  look: schedule.look,
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
        .values({ ...draft, active: true, paused: draft.trigger.paused === true })
        .onConflictDoNothing(),
    ),
    // An entry that was away starts counting anew: what it missed meanwhile was not asked for.
    ...drafts.map((draft) =>
      db
        .update(schedule)
        .set({ active: true, nextAt: draft.nextAt, nominalAt: draft.nominalAt })
        .where(and(eq(schedule.id, draft.id), eq(schedule.active, false))),
    ),
    db.update(schedule).set({ active: true }).where(inArray(schedule.id, ids)),
  ]);
}
