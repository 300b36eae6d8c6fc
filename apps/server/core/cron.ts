/**
 * Cron expressions: five fields, six with seconds first, or a nickname such as `@daily`. croner reads them and does the
 * arithmetic; this file decides what is refused, says where, and fixes the daylight-saving rule (that of Vixie cron): an
 * entry at fixed times runs once at the first instant after a gap and once in an overlap, a wildcard follows real time.
 */
import { Cron, CronPattern } from "croner";
import { type FieldError, UltravisorError } from "./errors.ts";

const FIELDS = ["second", "minute", "hour", "day of month", "month", "day of week"] as const;
const NICKNAMES = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"] as const;
const MODE = "5-or-6-parts";
/** Any instant does to tell whether an expression has a time at all: croner looks decades ahead. */
const ANY_INSTANT = new Date("2000-01-01T00:00:00Z");

/** Throws `invalid_trigger`, naming the field and its position, unless the expression has times to come. */
export function parseCron(expression: string, timezone?: string): void {
  if (timezone !== undefined) checkTimezone(timezone);
  const text = expression.trim();
  if (text.startsWith("@")) checkNickname(text);
  else checkFields(expression);
  if (schedule(text, timezone).nextRun(ANY_INSTANT) === null) throw neverRuns(text);
}

/** The next `count` times after `from`, epoch milliseconds, strictly rising. Throws as `parseCron` does. */
export function nextTimes(expression: string, timezone: string | undefined, from: number, count: number): number[] {
  parseCron(expression, timezone);
  return schedule(expression.trim(), timezone)
    .nextRuns(count, new Date(from))
    .map((time) => time.getTime());
}

function schedule(expression: string, timezone: string | undefined): Cron {
  return new Cron(expression, {
    paused: true,
    mode: MODE,
    fixedTimeRule: "no-wildcard",
    ...(timezone === undefined ? {} : { timezone }),
  });
}

function checkFields(expression: string): void {
  const fields = splitFields(expression);
  if (fields.length !== 5 && fields.length !== 6) throw wrongLength(expression, fields);
  fields.forEach((field, index) => {
    const problem = fieldProblem(field.text, index + 6 - fields.length);
    if (problem) throw wrongField(FIELDS[index + 6 - fields.length] ?? "field", field, problem);
  });
}

interface Field {
  readonly text: string;
  /** Counted from 1. */
  readonly position: number;
}

function splitFields(expression: string): Field[] {
  return [...expression.matchAll(/\S+/g)].map((match) => ({ text: match[0], position: match.index + 1 }));
}

/** What croner says against one field when all others are wildcards. */
function fieldProblem(text: string, index: number): string | null {
  const alone = FIELDS.map((_, at) => (at === index ? text : "*")).join(" ");
  try {
    new CronPattern(alone, undefined, { mode: MODE });
    return null;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^CronPattern: /, "") : String(error);
  }
}

function checkTimezone(timezone: string): void {
  try {
    new Intl.DateTimeFormat("en", { timeZone: timezone });
  } catch {
    const message = `"${timezone}" is not a time zone; expected an IANA name such as Europe/London`;
    throw invalid({ path: "timezone", message });
  }
}

function checkNickname(text: string): void {
  if (NICKNAMES.some((name) => name === text.toLowerCase())) return;
  throw wrong(`unknown nickname "${text}" (position 1); expected one of ${NICKNAMES.join(", ")}`, 1);
}

/** At the first field too many, or where the first is missing. */
function wrongLength(expression: string, fields: readonly Field[]): UltravisorError {
  const count = fields.length === 0 ? "none: the expression is empty" : String(fields.length);
  const position = fields[6]?.position ?? (fields.length === 0 ? 1 : expression.trimEnd().length + 1);
  const expected = "5 fields (minute hour day month weekday) or 6 with seconds first";
  return wrong(`expected ${expected}, got ${count} (position ${position})`, position);
}

function wrongField(name: string, field: Field, problem: string): UltravisorError {
  return wrong(`"${field.text}" is not a ${name} (position ${field.position}): ${problem}`, field.position);
}

function neverRuns(text: string): UltravisorError {
  const position = splitFields(text).at(-3)?.position ?? 1;
  return wrong(`"${text}" never happens: no month has such a day (position ${position})`, position);
}

function wrong(message: string, position: number): UltravisorError {
  return invalid({ path: "cron", message, position });
}

function invalid(field: FieldError): UltravisorError {
  return new UltravisorError("invalid_trigger", field.message, { fields: [field] });
}
