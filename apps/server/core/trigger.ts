/** Reads a trigger in its YAML form: `{ cron, timezone }`, `{ every: 12s }`, `{ when: … }`, `{ after: name, on: success }`. */
import { whyNoTemplate } from "./completion.ts";
import { parseCondition } from "./condition-form.ts";
import { parseCron } from "./cron.ts";
import { type CatchUp, OVERLAPS, type Overlap, type TriggerSpec } from "./definition.ts";
import { parseDuration } from "./duration.ts";
import { UltravisorError } from "./errors.ts";
import type { JsonObject } from "./json.ts";

/** Nothing starts more often than this, in ms. */
export const SHORTEST_INTERVAL = 1000;
/** However long a server was away, and however long a range is filled: no more runs than this at a time. */
export const MOST_CAUGHT_UP = 100;

const TIMED = ["catchUp", "overlap", "jitter", "start", "end", "input", "paused"];
const KEYS: Readonly<Record<string, readonly string[]>> = {
  cron: ["cron", "timezone", ...TIMED],
  every: ["every", "aligned", ...TIMED],
  when: ["when", "overlap", "input", "paused"],
  after: ["after", "on", "input"],
  webhook: ["webhook", "secretEnv", "tolerance", "input"],
};
const ENDINGS = ["success", "failure", "any"] as const;

/** @throws `invalid_trigger` naming the field */
export function parseTrigger(value: unknown): TriggerSpec {
  if (!isObject(value))
    throw wrong("", `expected an object such as { "cron": "0 17 * * *" }, got ${JSON.stringify(value)}`);
  const kinds = Object.keys(KEYS).filter((kind) => kind in value);
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    throw wrong(
      "",
      `expected one of ${Object.keys(KEYS).join(", ")}, got ${Object.keys(value).join(" and ") || "nothing"}`,
    );
  }
  const unknown = Object.keys(value).find((key) => !KEYS[kind]?.includes(key));
  if (unknown !== undefined) throw wrong(unknown, `unknown key; known here: ${KEYS[kind]?.join(", ")}`);
  return READ[kind]?.(value) as TriggerSpec;
}

type Fields = Readonly<Record<string, unknown>>;

const READ: Readonly<Record<string, (fields: Fields) => TriggerSpec>> = {
  cron: (fields) => ({ ...cronOf(fields), ...timedOf(fields), ...inputOf(fields) }),
  every: (fields) => everyOf(fields),
  when({ when, ...fields }) {
    parseCondition(when);
    return { when: when as JsonObject, ...overlapOf(fields), ...pausedOf(fields), ...inputOf(fields) };
  },
  after(fields) {
    const found = whyNoTemplate(fields.input);
    if (found !== null) throw wrong(["input", found.path].filter(Boolean).join("."), found.message);
    return { ...afterOf(fields), ...inputOf(fields) };
  },
  webhook: (fields) => ({ ...webhookOf(fields), ...inputOf(fields) }),
};

function cronOf({ cron, timezone }: Fields): { cron: string; timezone?: string } {
  if (typeof cron !== "string") throw wrong("cron", `expected a cron expression, got ${JSON.stringify(cron)}`);
  if (timezone === undefined) {
    parseCron(cron);
    return { cron };
  }
  if (typeof timezone !== "string")
    throw wrong("timezone", `expected an IANA zone such as Europe/London, got ${JSON.stringify(timezone)}`);
  parseCron(cron, timezone);
  return { cron, timezone };
}

function everyOf(fields: Fields): TriggerSpec {
  const every = intervalOf(fields.every);
  const { aligned } = fields;
  if (aligned !== undefined && typeof aligned !== "boolean")
    throw wrong("aligned", `expected true or false, got ${JSON.stringify(aligned)}`);
  const timed = timedOf(fields);
  if (timed.jitter !== undefined && timed.jitter >= every)
    throw wrong("jitter", `expected less than the interval, got ${JSON.stringify(fields.jitter)}`);
  return { every, ...(aligned === false ? { aligned } : {}), ...timed, ...inputOf(fields) };
}

function intervalOf(every: unknown): number {
  const ms = durationOf(every);
  if (ms !== null && ms >= SHORTEST_INTERVAL) return ms;
  throw wrong("every", `expected a duration of at least 1 second such as 12s or 1h30m, got ${JSON.stringify(every)}`);
}

interface Timed {
  paused?: true;
  catchUp?: CatchUp;
  overlap?: Overlap;
  jitter?: number;
  start?: string;
  end?: string;
}

function timedOf(fields: Fields): Timed {
  const timed: Timed = { ...overlapOf(fields), ...pausedOf(fields) };
  if (fields.catchUp !== undefined) timed.catchUp = catchUpOf(fields.catchUp);
  if (fields.jitter !== undefined) {
    const jitter = durationOf(fields.jitter);
    if (jitter === null) throw wrong("jitter", `expected a duration such as 30s, got ${JSON.stringify(fields.jitter)}`);
    timed.jitter = jitter;
  }
  for (const bound of ["start", "end"] as const) {
    if (fields[bound] !== undefined) timed[bound] = timeOf(bound, fields[bound]);
  }
  if (timed.start !== undefined && timed.end !== undefined && timed.end < timed.start)
    throw wrong("end", `expected a time after start, got ${timed.end}`);
  return timed;
}

function catchUpOf(value: unknown): CatchUp {
  if (value === "none" || value === "last") return value;
  const { all, max = MOST_CAUGHT_UP, ...more } = isObject(value) ? value : {};
  const whole = typeof max === "number" && Number.isInteger(max) && max >= 1 && max <= MOST_CAUGHT_UP;
  if (all === true && whole && Object.keys(more).length === 0) return { all, max };
  throw wrong(
    "catchUp",
    `expected none, last or { "all": true, "max": 1 to ${MOST_CAUGHT_UP} }, got ${JSON.stringify(value)}`,
  );
}

/** `paused: true`: until a person resumes the entry, nothing starts by itself. */
function pausedOf({ paused }: Fields): { paused?: true } {
  if (paused === undefined || paused === false) return {};
  if (paused === true) return { paused };
  throw wrong("paused", `expected true or false, got ${JSON.stringify(paused)}`);
}

function overlapOf({ overlap }: Fields): { overlap?: Overlap } {
  if (overlap === undefined) return {};
  const known = OVERLAPS.find((word) => word === overlap);
  if (known === undefined) throw wrong("overlap", `expected ${OVERLAPS.join(", ")}, got ${JSON.stringify(overlap)}`);
  return { overlap: known };
}

/** In UTC, so that texts compare as times do. YAML authors may leave the quotes away, which makes it a Date. */
function timeOf(name: string, value: unknown): string {
  const time = value instanceof Date ? value.getTime() : typeof value === "string" ? Date.parse(value) : Number.NaN;
  if (Number.isFinite(time)) return new Date(time).toISOString();
  throw wrong(name, `expected an ISO 8601 time such as 2026-01-31T17:00:00Z, got ${JSON.stringify(value)}`);
}

function afterOf({ after, on }: Fields): { after: string; on: (typeof ENDINGS)[number] } {
  if (typeof after !== "string" || after === "")
    throw wrong("after", `expected the name of a task or operation, got ${JSON.stringify(after)}`);
  const ending = ENDINGS.find((known) => known === (on ?? "success"));
  if (ending === undefined) throw wrong("on", `expected ${ENDINGS.join(", ")}, got ${JSON.stringify(on)}`);
  return { after, on: ending };
}

/** How old a signed message may be, in ms. */
const TOLERANCE = 300_000;

function webhookOf({ webhook, secretEnv, tolerance = TOLERANCE }: Fields) {
  if (typeof webhook !== "string" || !/^[\w.-]{1,100}$/.test(webhook))
    throw wrong("webhook", `expected a name of letters, digits, _, - and ., got ${JSON.stringify(webhook)}`);
  if (typeof secretEnv !== "string" || !/^[A-Za-z_]\w*$/.test(secretEnv))
    throw wrong("secretEnv", `expected the name of an environment variable, got ${JSON.stringify(secretEnv)}`);
  const ms = durationOf(tolerance);
  if (ms === null) throw wrong("tolerance", `expected a duration such as 5m, got ${JSON.stringify(tolerance)}`);
  return { webhook, secretEnv, tolerance: ms };
}

function inputOf({ input }: Fields): Pick<TriggerSpec, "input"> {
  if (input === undefined) return {};
  if (!isObject(input)) throw wrong("input", `expected an object, got ${JSON.stringify(input)}`);
  return { input: input as JsonObject };
}

function durationOf(value: unknown): number | null {
  return typeof value === "number" || typeof value === "string" ? parseDuration(value) : null;
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrong(field: string, message: string): UltravisorError {
  const path = field === "" ? "trigger" : `trigger.${field}`;
  return new UltravisorError("invalid_trigger", `${path}: ${message}`, { fields: [{ path, message }] });
}
