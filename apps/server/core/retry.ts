/** What follows a failed attempt: another one, or the end. */
import type { RetryRule } from "./definition.ts";

/** How often a task run may lose its owner before that counts as its own fault (a task that kills the server). */
export const MAX_INTERRUPTIONS = 10;

export type AfterFailure = { readonly next: "retry"; readonly delay: number } | { readonly next: "fail" };

/**
 * @param failures attempts that failed so far, this one included
 * @param retryAfter milliseconds the other side asked for, or null
 * @param jitter a number from 0 to 1, drawn by the caller
 */
export function afterFailure(
  rule: RetryRule,
  failures: number,
  retryable: boolean,
  retryAfter: number | null,
  jitter: number,
): AfterFailure {
  if (!retryable || failures >= rule.attempts) return { next: "fail" };
  return { next: "retry", delay: Math.max(retryAfter ?? 0, retryDelay(rule, failures, jitter)) };
}

/** Equal jitter: half of the wait is fixed, half is drawn, so that many failures do not return at once. */
function retryDelay(rule: RetryRule, failures: number, jitter: number): number {
  const grown = rule.backoff === "fixed" ? rule.delay : rule.delay * 2 ** Math.min(failures - 1, 30);
  const capped = Math.min(grown, rule.maxDelay);
  return rule.backoff === "fixed" ? capped : Math.round(capped / 2 + (capped / 2) * jitter);
}
