/** Checks the triggers of a task file and brings them into the form the server keeps. */
import type { TriggerSpec } from "../core/definition.ts";
import { UltravisorError } from "../core/errors.ts";
import { parseTrigger } from "../core/trigger.ts";
import type { Fault, Path } from "./fault.ts";

/** The triggers that are right, by their place in the list; what is wrong is added to `faults`. */
export function checkTriggers(values: readonly unknown[], faults: Fault[]): Map<number, TriggerSpec> {
  const right = new Map<number, TriggerSpec>();
  for (const [index, value] of values.entries()) {
    const trigger = checkTrigger(value, ["triggers", index], faults);
    if (trigger) right.set(index, trigger);
  }
  return right;
}

function checkTrigger(value: unknown, path: Path, faults: Fault[]): TriggerSpec | null {
  try {
    return parseTrigger(withoutFunction(value));
  } catch (error) {
    if (!(error instanceof UltravisorError)) throw error;
    const [field] = error.fields;
    // `trigger.when.every` names the field inside this trigger; cron's own errors name only the field.
    const names = (field?.path ?? "").split(".").filter((name) => name !== "trigger");
    const message = field?.message ?? error.message;
    const onKey = message.startsWith("unknown key");
    faults.push({ path: [...path, ...names], message, mend: mendOf(names), ...(onKey ? { onKey } : {}) });
    return null;
  }
}

/** A function cannot leave the file; its text stands for it. Which file that is, is filled in later. */
function withoutFunction(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("when" in value)) return value;
  const { when } = value;
  if (typeof when !== "object" || when === null || !("check" in when) || typeof when.check !== "function") return value;
  return { ...value, when: { ...when, check: { of: "", source: String(when.check) } } };
}

function mendOf([name, part]: readonly string[]): string {
  if (name === undefined) return 'Write one trigger per list entry, such as `{ cron: "0 17 * * *" }`.';
  if (name === "timezone") return "Use an IANA zone such as Europe/London, or leave it out for the server's own.";
  if (name === "cron") return "Write minute hour day month weekday, such as `0 17 * * *`.";
  if (name === "when" && part === undefined)
    return "Write a subject and a test, such as `{ disk: /media, freeBelow: 5GB }`.";
  return "Correct the value; docs/triggers.md lists what may stand here.";
}
