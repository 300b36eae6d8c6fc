/** Trigger helpers. Each returns the same plain object that YAML task files write by hand. */
import type { Duration } from "./definition.ts";

/** Starts at the times a cron expression names (5 fields, or 6 with seconds first; `@daily` and friends). */
export interface CronTrigger {
  readonly cron: string;
  /** IANA zone; default: the server's own zone. */
  readonly timezone?: string;
  readonly input?: Readonly<Record<string, unknown>>;
}

/** Starts again and again after a fixed interval of at least one second. */
export interface EveryTrigger {
  readonly every: Duration;
  readonly input?: Readonly<Record<string, unknown>>;
}

/** Starts when a run of another task or operation ended. */
export interface AfterTrigger {
  readonly after: string;
  /** Which endings count; default `success`. */
  readonly on?: "success" | "failure" | "any";
  readonly input?: Readonly<Record<string, unknown>>;
}

export type TriggerSpec = CronTrigger | EveryTrigger | AfterTrigger;

/** `cron("0 17 * * *", { timezone: "Europe/London" })`: every day at 17:00 London time. */
export function cron(expression: string, options: Omit<CronTrigger, "cron"> = {}): CronTrigger {
  return { cron: expression, ...options };
}

/** `every("12s")`: five times a minute. */
export function every(interval: Duration, options: Omit<EveryTrigger, "every"> = {}): EveryTrigger {
  return { every: interval, ...options };
}

/** `after("transcode")`: when a run of `transcode` succeeded. */
export function after(name: string, options: Omit<AfterTrigger, "after"> = {}): AfterTrigger {
  return { after: name, ...options };
}
