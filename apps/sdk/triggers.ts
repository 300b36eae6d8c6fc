/** Trigger helpers. Each returns the same plain object that YAML task files write by hand. */
import type { BrowserContext } from "./context.ts";
import type { Duration } from "./definition.ts";

/** What becomes of a start while the run before it still goes on. */
export type Overlap = "skip" | "queue" | "parallel" | "replace";

interface TimedOptions {
  /** Times that were missed while the server was away: none, one run for the last (default), or a run for each of the last `max`. */
  readonly catchUp?: "none" | "last" | { readonly all: true; readonly max?: number };
  /** While the run before still goes on: `skip` (default), wait for it (`queue`), `parallel`, or cancel it (`replace`). */
  readonly overlap?: Overlap;
  /** Puts each start off by up to this long, so that many entries of one time do not start at once. */
  readonly jitter?: Duration;
  /** True: nothing starts by itself until a person resumes it. */
  readonly paused?: boolean;
  /** ISO 8601: nothing starts before. */
  readonly start?: string;
  /** ISO 8601: nothing starts after. */
  readonly end?: string;
  readonly input?: Readonly<Record<string, unknown>>;
}

/** Starts at the times a cron expression names (5 fields, or 6 with seconds first; `@daily` and friends). */
export interface CronTrigger extends TimedOptions {
  readonly cron: string;
  /** IANA zone; default: the server's own zone. */
  readonly timezone?: string;
}

/** Starts again and again after a fixed interval of at least one second. */
export interface EveryTrigger extends TimedOptions {
  readonly every: Duration;
  /** `true` (default): counted from a fixed point in time. `false`: from when the server first saw the trigger. */
  readonly aligned?: boolean;
}

/** A number of bytes, or text such as `5GB`, `512MiB`, `10%`. */
export type Amount = number | string;

interface LimitTest {
  readonly above?: Amount;
  readonly below?: Amount;
}

interface ValueTest extends LimitTest {
  readonly equals?: unknown;
  readonly differs?: unknown;
  readonly changed?: boolean | "body" | "etag";
}

/** What is looked at, and what must hold: one subject, one test. */
export type Subject =
  | { readonly disk: string; readonly freeBelow?: Amount; readonly freeAbove?: Amount }
  | ({ readonly memory: "free" | "used" } & LimitTest)
  | ({ readonly load: "cpu" | "io" } & LimitTest)
  | {
      readonly file: string;
      readonly exists?: boolean;
      readonly changed?: true;
      readonly olderThan?: Duration;
      readonly largerThan?: Amount;
    }
  | ({
      readonly http: string;
      readonly status?: number;
      readonly statusNot?: number;
      readonly contains?: string;
      readonly lacks?: string;
      /** Path of the value that is compared, such as `$.queue.length`. */
      readonly json?: string;
      readonly headers?: Readonly<Record<string, string>>;
    } & ValueTest)
  | { readonly shell: string; readonly exit?: number; readonly exitNot?: number; readonly timeout?: Duration }
  | ({ readonly state: string; readonly scope?: "global" | "node" } & ValueTest)
  | ({
      readonly page: string;
      /** CSS selector. */
      readonly selector: string;
      readonly exists?: boolean;
      readonly contains?: string;
      readonly lacks?: string;
    } & ValueTest)
  | ({
      readonly page: string;
      /** Looks at the page and returns whether the condition holds, or a value that the test compares. */
      readonly check: PageCheck;
      readonly exists?: boolean;
      readonly contains?: string;
      readonly lacks?: string;
    } & ValueTest);

/** What a function of a condition is given; the page is at the condition's address. What it does not name is not made. */
export type PageCheck = (
  context: Pick<BrowserContext<unknown>, "page" | "visit" | "links" | "files" | "scrollToEnd" | "replay"> & {
    readonly url: string;
  },
) => unknown;

export type Condition = Subject & {
  /** How often it is looked at; at least one second. */
  readonly every?: Duration;
  /** How long after a start it starts nothing. */
  readonly cooldown?: Duration;
  /** With a limit: it starts again only after the value was here, so that a value that trembles at the limit starts one run. */
  readonly rearmAt?: Amount;
};

/** Starts when a condition begins to hold. */
export interface WhenTrigger {
  readonly when: Condition;
  readonly overlap?: Overlap;
  /** True: nothing starts by itself until a person resumes it. */
  readonly paused?: boolean;
  readonly input?: Readonly<Record<string, unknown>>;
}

/** Starts when a run of another task or operation ended. */
export interface AfterTrigger {
  readonly after: string;
  /** Which endings count; default `success`. */
  readonly on?: "success" | "failure" | "any";
  /** `"${run.output.path}"` in a text is filled in with what that run came to. */
  readonly input?: Readonly<Record<string, unknown>>;
}

/** Starts when a signed message comes to `POST /api/hooks/<name>`; its JSON object is input. */
export interface WebhookTrigger {
  readonly webhook: string;
  /** Name of the environment variable that holds the secret. */
  readonly secretEnv: string;
  /** How old a message may be; default 5 minutes. */
  readonly tolerance?: Duration;
  readonly input?: Readonly<Record<string, unknown>>;
}

export type TriggerSpec = CronTrigger | EveryTrigger | WhenTrigger | AfterTrigger | WebhookTrigger;

/** `cron("0 17 * * *", { timezone: "Europe/London" })`: every day at 17:00 London time. */
export function cron(expression: string, options: Omit<CronTrigger, "cron"> = {}): CronTrigger {
  return { cron: expression, ...options };
}

/** `every("12s")`: five times a minute. */
export function every(interval: Duration, options: Omit<EveryTrigger, "every"> = {}): EveryTrigger {
  return { every: interval, ...options };
}

/** `when({ disk: "/media", freeBelow: "5GB" })`: once each time less than 5 GB become free. */
export function when(condition: Condition, options: Omit<WhenTrigger, "when"> = {}): WhenTrigger {
  return { when: condition, ...options };
}

/** `after("transcode", { input: { file: "${run.output.path}" } })`: when a run of `transcode` succeeded, with what it put out. */
export function after(name: string, options: Omit<AfterTrigger, "after"> = {}): AfterTrigger {
  return { after: name, ...options };
}

/** `webhook("push", { secretEnv: "PUSH_SECRET" })`: when a message signed with that secret comes to `/api/hooks/push`. */
export function webhook(name: string, options: Omit<WebhookTrigger, "webhook">): WebhookTrigger {
  return { webhook: name, ...options };
}
