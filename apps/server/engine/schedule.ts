/** Starts what is due. A run is unique by (entry, nominal time), so a crash between starting and noting it starts nothing twice. */
import { createHash } from "node:crypto";
import type { Definition, TriggerSpec } from "../core/definition.ts";
import type { ScheduleDraft, ScheduleStore } from "../core/engine-stores.ts";
import type { ScheduleEntry } from "../core/entities.ts";
import { canonicalJson, type JsonObject } from "../core/json.ts";
import type { Catalog, Clock, Logger } from "../core/ports.ts";
import { nextTime, tick, triggerKind } from "../core/schedule.ts";
import { createDuty, type PokedDuty } from "./duty.ts";
import type { Submit } from "./submit.ts";

/** Rows written by another process (a second node) are noticed after this long at the latest. */
const LONGEST_SLEEP_MS = 60_000;

export interface ScheduleRound {
  readonly started: number;
  /** Milliseconds until something is due. */
  readonly sleep: number;
}

export function createSchedule(parts: {
  store: ScheduleStore;
  submit: Submit;
  clock: Clock;
  log: Logger;
}): PokedDuty<ScheduleRound> {
  const { store, clock, log } = parts;
  return createDuty({
    name: "schedule",
    log,
    async runOnce() {
      const due = await store.due(clock());
      for (const entry of due) await startDue(parts, entry);
      const next = await store.nextDue();
      return {
        started: due.length,
        sleep: next === null ? LONGEST_SLEEP_MS : Math.min(next - clock(), LONGEST_SLEEP_MS),
      };
    },
    pauseAfter: (round) => round.sleep,
  });
}

async function startDue(
  { store, submit, clock, log }: Parameters<typeof createSchedule>[0],
  entry: ScheduleEntry,
): Promise<void> {
  if (entry.nextAt === null) return;
  const trigger = specOf(entry);
  const { nominalAt, missed, nextAt } = tick(trigger, entry.nextAt, clock());
  if (missed > 0) log.warn({ name: entry.name, missed }, "times were missed; one run stands for them");
  try {
    const { run } = await submit({
      name: entry.name,
      input: trigger.input ?? {},
      trigger: { kind: entry.kind, id: entry.id, nominalAt, runId: null },
    });
    await store.advance(entry.id, nextAt, { at: nominalAt, runId: run.id, lateness: Math.max(0, clock() - nominalAt) });
  } catch (error) {
    // A task file that broke meanwhile must not hold up the others, nor be tried in a tight loop.
    log.error({ err: error, name: entry.name }, "a scheduled run could not be started");
    await store.advance(entry.id, nextAt, null);
  }
}

/** Makes the schedule entries those of the task files as they are now. */
export async function syncSchedule(store: ScheduleStore, catalog: Catalog, now: number): Promise<void> {
  await store.sync(
    catalog.list().flatMap((definition) => definition.triggers.map((trigger) => toDraft(definition, trigger, now))),
  );
}

function toDraft(definition: Definition, trigger: TriggerSpec, now: number): ScheduleDraft {
  const id = createHash("sha256")
    .update(`${definition.name}\n${canonicalJson(trigger)}`)
    .digest("hex")
    .slice(0, 24);
  return {
    id,
    name: definition.name,
    kind: triggerKind(trigger),
    trigger: { ...trigger } as JsonObject,
    nextAt: nextTime(trigger, now),
    createdAt: now,
  };
}

/** The trigger of an entry; rows hold what the loader has checked. */
export function specOf(entry: ScheduleEntry): TriggerSpec {
  return entry.trigger as unknown as TriggerSpec;
}
