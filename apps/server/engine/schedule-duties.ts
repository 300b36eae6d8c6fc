/** The duties that start runs by themselves, at times and on conditions, as the engine sees them: one thing to poke. */

import type { ScheduleStore } from "../core/engine-stores.ts";
import type { Duty, Engine, RunReader } from "../core/ports.ts";
import { type ConditionParts, createConditions } from "./conditions.ts";
import { createOverlaps } from "./overlap.ts";
import { createSchedule, type ScheduleParts } from "./schedule.ts";
import { createScheduleVerbs } from "./schedule-verbs.ts";
import { createWebhooks } from "./schedule-webhooks.ts";

export type TriggerParts = Omit<ScheduleParts & ConditionParts, "store" | "overlaps"> & {
  readonly schedule: ScheduleStore;
  readonly runs: RunReader;
  readonly cancel: Engine["cancel"];
  secret(name: string): string | undefined;
};

export interface Triggers {
  readonly duties: readonly Duty<unknown>[];
  readonly verbs: ReturnType<typeof createScheduleVerbs> & ReturnType<typeof createWebhooks>;
  /** Entries have changed. */
  poke(): void;
  /** These runs have ended. */
  ended(runIds: readonly string[]): void;
}

export function createTriggers(parts: TriggerParts): Triggers {
  const starts = { ...parts, store: parts.schedule, overlaps: createOverlaps(parts.runs, parts.cancel) };
  const schedule = createSchedule(starts);
  const conditions = createConditions(starts);
  function poke(): void {
    schedule.poke();
    conditions.poke();
  }
  return {
    duties: [schedule, conditions],
    verbs: { ...createScheduleVerbs({ ...parts, poke }), ...createWebhooks(parts) },
    poke,
    ended: (runIds) => schedule.ended(runIds),
  };
}
