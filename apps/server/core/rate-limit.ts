/** How many requests one caller may make: an allowance that is used up by requests and grows back with time (a token bucket). */

export interface RateLimit {
  /** Requests per second in the long run. */
  readonly perSecond: number;
  /** Requests that may come at once after a pause. */
  readonly burst: number;
}

/** By where a caller is; null: no limit. */
export interface RateLimits {
  /** On this machine. */
  readonly local: RateLimit | null;
  readonly remote: RateLimit | null;
}

/** What is left to a caller. */
export interface Allowance {
  readonly left: number;
  /** When that was so, epoch milliseconds. */
  readonly at: number;
}

export interface Verdict {
  readonly allowance: Allowance;
  /** Milliseconds until a request would be taken again; 0: this one is taken. */
  readonly wait: number;
}

/** 100 a second per token is rule S9. Programs on this machine may as well start the commands themselves: they get what the engine can take. */
export const DEFAULT_RATE_LIMITS: RateLimits = { local: rateLimit(1000), remote: rateLimit(100) };

/** Twice what comes back in a second may come at once: a page of the web asks for several things together. */
export function rateLimit(perSecond: number): RateLimit {
  return { perSecond, burst: 2 * perSecond };
}

/** @param before null for a caller that was not seen before */
export function takeOne({ perSecond, burst }: RateLimit, before: Allowance | null, now: number): Verdict {
  const left = before === null ? burst : Math.min(burst, before.left + (since(before, now) / 1000) * perSecond);
  if (left >= 1) return { allowance: { left: left - 1, at: now }, wait: 0 };
  return { allowance: { left, at: now }, wait: Math.ceil(((1 - left) / perSecond) * 1000) };
}

/** Whether all of it has grown back, so that it need not be remembered. */
export function isWhole({ perSecond, burst }: RateLimit, allowance: Allowance, now: number): boolean {
  return allowance.left + (since(allowance, now) / 1000) * perSecond >= burst;
}

/** A clock that was set back gives nothing and takes nothing. */
function since({ at }: Allowance, now: number): number {
  return Math.max(0, now - at);
}
