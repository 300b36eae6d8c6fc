/** Reads a trigger in its YAML form, as the API gets it: `{ cron, timezone }`, `{ every: 12s }`, `{ after: name, on: success }`. */
import { parseCron } from "./cron.ts";
import type { TriggerSpec } from "./definition.ts";
import { parseDuration } from "./duration.ts";
import { UltravisorError } from "./errors.ts";

/** Nothing starts more often than this, in ms. */
export const SHORTEST_INTERVAL = 1000;

const KEYS: Readonly<Record<string, readonly string[]>> = {
  cron: ["cron", "timezone", "input"],
  every: ["every", "input"],
  after: ["after", "on", "input"],
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
  const input = inputOf(value.input);
  if (kind === "cron") return { ...cronOf(value), ...input };
  return kind === "every" ? { every: intervalOf(value.every), ...input } : { ...afterOf(value), ...input };
}

type Fields = Readonly<Record<string, unknown>>;

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

function intervalOf(every: unknown): number {
  const ms = typeof every === "number" || typeof every === "string" ? parseDuration(every) : null;
  if (ms !== null && ms >= SHORTEST_INTERVAL) return ms;
  throw wrong("every", `expected a duration of at least 1 second such as 12s or 1h30m, got ${JSON.stringify(every)}`);
}

function afterOf({ after, on }: Fields): { after: string; on: (typeof ENDINGS)[number] } {
  if (typeof after !== "string" || after === "")
    throw wrong("after", `expected the name of a task or operation, got ${JSON.stringify(after)}`);
  const ending = ENDINGS.find((known) => known === (on ?? "success"));
  if (ending === undefined) throw wrong("on", `expected ${ENDINGS.join(", ")}, got ${JSON.stringify(on)}`);
  return { after, on: ending };
}

function inputOf(input: unknown): Pick<TriggerSpec, "input"> {
  if (input === undefined) return {};
  if (!isObject(input)) throw wrong("input", `expected an object, got ${JSON.stringify(input)}`);
  return { input: input as NonNullable<TriggerSpec["input"]> };
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrong(field: string, message: string): UltravisorError {
  const path = field === "" ? "trigger" : `trigger.${field}`;
  return new UltravisorError("invalid_trigger", `${path}: ${message}`, { fields: [{ path, message }] });
}
