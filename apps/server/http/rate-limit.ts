/** Refuses callers that ask faster than they may. Open routes have no caller, and are not counted. */
import type { MiddlewareHandler } from "hono";
import { getCookie } from "hono/cookie";
import { UltravisorError } from "../core/errors.ts";
import { type Allowance, isWhole, type RateLimit, type RateLimits, takeOne } from "../core/rate-limit.ts";
import { cookieName } from "./auth.ts";
import { type AppContext, type AppEnv, addressOf } from "./endpoint.ts";
import type { Services } from "./services.ts";

/** Beyond so many callers, those that have been quiet are forgotten. */
const MOST_REMEMBERED = 1000;

export function limitRate({ rateLimits, clock }: Pick<Services, "rateLimits" | "clock">): MiddlewareHandler<AppEnv> {
  const seen = new Map<string, Allowance>();
  return async (c, next) => {
    const local = isLocal(addressOf(c));
    const limit = local ? rateLimits.local : rateLimits.remote;
    const caller = callerOf(c);
    if (limit === null || caller === null) return next();
    const now = clock();
    const key = `${local} ${caller}`;
    const { allowance, wait } = takeOne(limit, seen.get(key) ?? null, now);
    if (seen.size >= MOST_REMEMBERED && !seen.has(key)) forgetQuiet(seen, rateLimits, now);
    seen.set(key, allowance);
    if (wait > 0) throw refusal(limit, wait);
    await next();
  };
}

function callerOf(c: AppContext): string | null {
  const caller = c.get("caller");
  return caller === "session" ? `session ${getCookie(c, cookieName(c))}` : caller;
}

function refusal({ perSecond, burst }: RateLimit, wait: number): UltravisorError {
  const message = `Expected at most ${perSecond} requests per second (${burst} at once) with one token; try again after the time in Retry-After, or set ULTRAVISOR_RATE_LIMIT.`;
  return new UltravisorError("too_many_requests", message, { retryAfter: Math.ceil(wait / 1000) });
}

/** Without a socket (an app that is called directly) the caller is this process. */
function isLocal(address: string | null): boolean {
  return address === null || /^(?:::ffff:)?127\.|^::1$/.test(address);
}

function forgetQuiet(seen: Map<string, Allowance>, limits: RateLimits, now: number): void {
  for (const [key, allowance] of seen) {
    const limit = key.startsWith("true ") ? limits.local : limits.remote;
    if (limit === null || isWhole(limit, allowance, now)) seen.delete(key);
  }
}
