/** Schedule arithmetic: when a trigger is due, and what becomes of times that were missed. */
import { nextTimes } from "./cron.ts";
import type { TriggerSpec } from "./definition.ts";

/** Which kind of schedule entry a trigger makes. */
export function triggerKind(trigger: TriggerSpec): "cron" | "every" | "after" {
  return "cron" in trigger ? "cron" : "every" in trigger ? "every" : "after";
}

/**
 * The first time after `from`, or null for triggers that wait for something else than time.
 * Intervals are aligned to the epoch, so that `every: 5m` means the same minutes before and after a restart.
 */
export function nextTime(trigger: TriggerSpec, from: number): number | null {
  return timesAfter(trigger, from, 1)[0] ?? null;
}

/** The next `count` times after `from`, strictly rising. */
export function timesAfter(trigger: TriggerSpec, from: number, count: number): number[] {
  if ("cron" in trigger) return nextTimes(trigger.cron, trigger.timezone, from, count);
  if ("after" in trigger) return [];
  const first = Math.floor(from / trigger.every) * trigger.every + trigger.every;
  return Array.from({ length: count }, (_, i) => first + i * trigger.every);
}

/** However long it was away, it looks at no more missed times than this to find the last one. */
const MOST_MISSED = 1000;

export interface Tick {
  /** The time the run is for. */
  readonly nominalAt: number;
  /** Times before it that get no run of their own. */
  readonly missed: number;
  /** The time after it, not yet come. */
  readonly nextAt: number | null;
}

/**
 * What to start for an entry that was due at `dueAt`: one run for the last time that has come (times missed while the server was
 * away are caught up once, not one by one).
 */
export function tick(trigger: TriggerSpec, dueAt: number, now: number): Tick {
  if ("every" in trigger) {
    const nominalAt = Math.max(dueAt, Math.floor(now / trigger.every) * trigger.every);
    return { nominalAt, missed: Math.round((nominalAt - dueAt) / trigger.every), nextAt: nextTime(trigger, nominalAt) };
  }
  let nominalAt = dueAt;
  let missed = 0;
  let following = nextTime(trigger, nominalAt);
  while (following !== null && following <= now && missed < MOST_MISSED) {
    nominalAt = following;
    missed += 1;
    following = nextTime(trigger, nominalAt);
  }
  return { nominalAt, missed, nextAt: following !== null && following <= now ? nextTime(trigger, now) : following };
}
