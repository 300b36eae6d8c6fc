/** Schedule arithmetic: when a trigger is due, and what becomes of times that were missed. */
import { nextTimes } from "./cron.ts";
import type { CatchUp, TriggerSpec } from "./definition.ts";
import type { ScheduleKind } from "./entities.ts";
import { MOST_CAUGHT_UP } from "./trigger.ts";

/** Which kind of schedule entry a trigger makes. */
export function triggerKind(trigger: TriggerSpec): ScheduleKind {
  if ("cron" in trigger) return "cron";
  if ("every" in trigger) return "every";
  if ("when" in trigger) return "when";
  return "webhook" in trigger ? "webhook" : "after";
}

/**
 * The first time after `from`, or null for triggers that wait for something else than time.
 * Intervals are aligned to the epoch, so that `every: 5m` means the same minutes before and after a restart.
 */
export function nextTime(trigger: TriggerSpec, from: number): number | null {
  return timesAfter(trigger, from, 1)[0] ?? null;
}

/** The next `count` times after `from`, strictly rising, within the trigger's own bounds. */
export function timesAfter(trigger: TriggerSpec, from: number, count: number): number[] {
  if (!("cron" in trigger || "every" in trigger)) return [];
  const start = trigger.start === undefined ? from : Math.max(from, Date.parse(trigger.start) - 1);
  const times =
    "cron" in trigger
      ? nextTimes(trigger.cron, trigger.timezone, start, count)
      : intervals(trigger.every, trigger.aligned !== false, start, count);
  if (trigger.end === undefined) return times;
  const end = Date.parse(trigger.end);
  return times.filter((time) => time <= end);
}

function intervals(every: number, aligned: boolean, from: number, count: number): number[] {
  const first = (aligned ? Math.floor(from / every) * every : from) + every;
  return Array.from({ length: count }, (_, i) => first + i * every);
}

/** How much later than its time a start may be to count as on time, in ms: above what load costs, below what a person would see. */
const ON_TIME = 5000;

export interface Tick {
  /** The times to start runs for, rising. */
  readonly nominal: readonly number[];
  /** How many more times have come that get no run; `MOST_CAUGHT_UP` stands for that many or more. */
  readonly missed: number;
  /** The first time that has not come yet. */
  readonly nextAt: number | null;
}

/**
 * What to start for an entry whose time `dueAt` has come: by its catch-up policy nothing but what is on time, one run for the
 * last time, or a run for each of the last `max`. However far the clock jumped, only `MOST_CAUGHT_UP` times are ever listed.
 */
export function tick(trigger: TriggerSpec, dueAt: number, now: number): Tick {
  const last = lastTime(trigger, dueAt, Math.max(dueAt, now - jitterOf(trigger)));
  const nextAt = nextTime(trigger, last);
  const nominal = chosen(trigger, dueAt, last, now);
  return { nominal, missed: Math.max(0, countTimes(trigger, dueAt, last) - nominal.length), nextAt };
}

/** Times in [dueAt, last], counted no further than needed to tell that they are many. */
function countTimes(trigger: TriggerSpec, dueAt: number, last: number): number {
  if (dueAt === last) return 1;
  if ("every" in trigger) return Math.min(MOST_CAUGHT_UP, Math.round((last - dueAt) / trigger.every) + 1);
  return timesBetween(trigger, dueAt, last).slice(0, MOST_CAUGHT_UP).length;
}

function chosen(trigger: TriggerSpec, dueAt: number, last: number, now: number): number[] {
  const policy: CatchUp = ("catchUp" in trigger ? trigger.catchUp : undefined) ?? "last";
  if (policy === "last") return [last];
  if (policy === "none") return now - jitterOf(trigger) - last > ON_TIME ? [] : [last];
  const times = [last];
  while (times.length < policy.max && (times[0] ?? dueAt) > dueAt)
    times.unshift(lastTime(trigger, dueAt, (times[0] ?? dueAt) - 1));
  return times;
}

/** The last time in [dueAt, until], given that `dueAt` is one: found by halving, since only the next time can be asked for. */
function lastTime(trigger: TriggerSpec, dueAt: number, until: number): number {
  if ("every" in trigger) {
    const end = trigger.end === undefined ? until : Math.min(until, Date.parse(trigger.end));
    return dueAt + Math.max(0, Math.floor((end - dueAt) / trigger.every)) * trigger.every;
  }
  let [last, tooLate] = [dueAt, until];
  while (tooLate - last > 0) {
    const middle = last + Math.floor((tooLate - last) / 2);
    const next = nextTime(trigger, middle);
    if (next !== null && next <= until) last = next;
    else if (middle === last) break;
    else tooLate = middle;
  }
  return last;
}

function jitterOf(trigger: TriggerSpec): number {
  return ("jitter" in trigger ? trigger.jitter : undefined) ?? 0;
}

/** When a time of an entry is due: put off by its jitter, always by as much for the same entry and time. */
export function dueTime(trigger: TriggerSpec, id: string, nominalAt: number): number {
  const jitter = jitterOf(trigger);
  return jitter === 0 ? nominalAt : nominalAt + (fnv1a(`${id} ${nominalAt}`) % (jitter + 1));
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const unit of new TextEncoder().encode(text)) hash = Math.imul(hash ^ unit, 0x01000193) >>> 0;
  return hash;
}

/** As with cron: a clock set back by less than this makes entries wait, so that no time comes twice; by more, they begin anew. */
const CLOCK_RESET = 3 * 3_600_000;

/** The entry's next time lies so far ahead, behind starts that are in the future, that the clock must have been set back. */
export function wasSetBack(lastAt: number | null, now: number): boolean {
  return lastAt !== null && lastAt - now > CLOCK_RESET;
}

/** All times in [from, to], but no more than one above `MOST_CAUGHT_UP`: enough to tell that it is too much. */
export function timesBetween(trigger: TriggerSpec, from: number, to: number): number[] {
  return timesAfter(trigger, from - 1, MOST_CAUGHT_UP + 1).filter((time) => time <= to);
}
