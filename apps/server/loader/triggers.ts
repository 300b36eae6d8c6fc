/** Checks the triggers of a task file and brings them into the form the server keeps. */
import { z } from "zod";
import { parseCron } from "../core/cron.ts";
import type { TriggerSpec } from "../core/definition.ts";
import { UltravisorError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { type Fault, type Path, toFaults } from "./fault.ts";
import { duration, jsonObject, known } from "./values.ts";

const MIN_INTERVAL = 1000;
const KINDS = ["cron", "every", "after"] as const;

const schemas = {
  cron: known({ cron: z.string(), timezone: z.string().optional(), input: jsonObject.optional() }),
  every: known({
    every: duration.refine((ms) => ms >= MIN_INTERVAL, "expected at least 1 second; nothing starts more often"),
    input: jsonObject.optional(),
  }),
  after: known({
    after: z.string().min(1),
    on: z.enum(["success", "failure", "any"]).default("success"),
    input: jsonObject.optional(),
  }),
};

/** The triggers that are right; what is wrong is added to `faults`. */
export function checkTriggers(values: readonly unknown[], faults: Fault[]): TriggerSpec[] {
  return values.flatMap((value, index) => {
    const trigger = checkTrigger(value, ["triggers", index], faults);
    return trigger ? [trigger] : [];
  });
}

function checkTrigger(value: unknown, path: Path, faults: Fault[]): TriggerSpec | null {
  const keys = typeof value === "object" && value !== null ? Object.keys(value) : [];
  const kinds = KINDS.filter((kind) => keys.includes(kind));
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    faults.push({
      path,
      message: `expected one of ${KINDS.join(", ")}, got ${keys.join(" and ") || JSON.stringify(value)}`,
      mend: 'Write one trigger per list entry, such as `{ cron: "0 17 * * *" }`.',
    });
    return null;
  }
  const result = schemas[kind].safeParse(value);
  if (!result.success) {
    faults.push(...toFaults(result.error, path));
    return null;
  }
  const spec = withoutUndefined(result.data) as TriggerSpec;
  return "cron" in spec && !isRightCron(spec, path, faults) ? null : spec;
}

function isRightCron(spec: { cron: string; timezone?: string }, path: Path, faults: Fault[]): boolean {
  try {
    parseCron(spec.cron, spec.timezone);
    return true;
  } catch (error) {
    if (!(error instanceof UltravisorError)) throw error;
    const field = error.fields[0]?.path ?? "cron";
    const mend =
      field === "timezone"
        ? "Use an IANA zone such as Europe/London, or leave it out for the server's own."
        : "Write minute hour day month weekday, such as `0 17 * * *`.";
    faults.push({ path: [...path, field], message: error.message, mend });
    return false;
  }
}

function withoutUndefined(value: Record<string, unknown>): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as JsonObject;
}
