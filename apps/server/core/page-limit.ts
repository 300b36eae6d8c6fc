/**
 * How many pages Chromium shows at a time. More than a machine can work on make each other slower and cost memory; fewer leave it
 * waiting for the network. So the number follows what is finished per second.
 */

export interface PageLimit {
  readonly limit: number;
  /** A larger limit is being tried: what it was before, and how many sessions were finished per second then. */
  readonly trial: { readonly from: number; readonly rate: number } | null;
  /** Nothing larger is tried before this time, in milliseconds. */
  readonly restUntil: number;
  /** How long to rest after the next trial that gains nothing, in milliseconds. */
  readonly rest: number;
}

/** What was seen since the limit was last looked at. */
export interface PageWindow {
  readonly milliseconds: number;
  /** Sessions that ended. */
  readonly finished: number;
  /** Whether all places were taken at some time: only then does the limit limit anything. */
  readonly wasFull: boolean;
  readonly memory: Memory;
}

/** In bytes, as the control group allows if there is one. */
export interface Memory {
  readonly available: number;
  readonly total: number;
}

export interface LimitChange {
  readonly next: PageLimit;
  /** Why the limit is another one now, for people; null when it is not. */
  readonly why: string | null;
}

/** What a runner tells of its own limit: when it is first used, and when it changes. */
export interface PaceReport {
  readonly limit: number;
  /** It is never more than this. */
  readonly most: number;
  /** What it was before, and why it is another one; null: it is the first. */
  readonly change: { readonly from: number; readonly why: string } | null;
}

/** How many pages Chromium shows at a time for one task, with the last changes, newest first. */
export interface TaskPace {
  readonly task: string;
  readonly limit: number;
  readonly most: number;
  /** `at` in epoch milliseconds. */
  readonly changes: readonly {
    readonly at: number;
    readonly from: number;
    readonly to: number;
    readonly why: string;
  }[];
}

/** What a page in a process of its own takes, an application rather than a document: Crawlee and Browserless reckon alike. */
const PAGE_BYTES = 150 * 1024 ** 2;
/** Less than this is short: a Chromium that lacks memory crashes pages. */
const SHORT_BYTES = 300 * 1024 ** 2;
const SHORT_SHARE = 0.05;
/** Doubling goes on while it gains as much: the rule of crawlee-python's pool (its issue 2230). */
const GAIN = 1.25;
const REST = 30_000;
const LONGEST_REST = 600_000;

/** @param cores that may be used, control group considered */
export function firstLimit(cores: number, memory: Memory, most: number): PageLimit {
  const room = Math.floor(memory.available / 2 / PAGE_BYTES);
  return { limit: Math.max(1, Math.min(cores * 2, room, most)), trial: null, restUntil: 0, rest: REST };
}

export function nextLimit(now: PageLimit, seen: PageWindow, most: number, time: number): LimitChange {
  const rate = (seen.finished / seen.milliseconds) * 1000;
  if (isShort(seen.memory)) {
    const limit = Math.max(1, Math.floor(now.limit / 2));
    const free = Math.round(seen.memory.available / 1024 ** 2);
    return {
      next: { ...resting(now, time), limit },
      why: limit === now.limit ? null : `only ${free} MiB of memory are left`,
    };
  }
  if (!seen.wasFull) {
    if (!now.trial) return { next: now, why: null };
    return { next: { ...resting(now, time), limit: now.trial.from }, why: "no more were wanted" };
  }
  if (now.trial && rate < now.trial.rate * GAIN) {
    const why = `${now.limit} finished ${shown(rate)} a second, ${now.trial.from} finished ${shown(now.trial.rate)}`;
    return { next: { ...resting(now, time), limit: now.trial.from }, why };
  }
  const limit = Math.min(most, now.limit * 2, now.limit + room(seen.memory));
  if (limit <= now.limit || time < now.restUntil) return { next: { ...now, trial: null }, why: null };
  const trial = { from: now.limit, rate };
  return {
    next: { ...now, limit, trial, rest: REST },
    why: `to see whether more is faster than ${shown(rate)} a second`,
  };
}

function isShort({ available, total }: Memory): boolean {
  return available < Math.max(SHORT_BYTES, total * SHORT_SHARE);
}

function room({ available }: Memory): number {
  return Math.max(0, Math.floor((available - SHORT_BYTES) / PAGE_BYTES));
}

function resting(now: PageLimit, time: number): PageLimit {
  return { ...now, trial: null, restUntil: time + now.rest, rest: Math.min(LONGEST_REST, now.rest * 2) };
}

function shown(rate: number): string {
  return rate.toFixed(1);
}
