/** What a person may do with a schedule entry: look ahead, pause, start it now, fill in times that passed. */
import { inputAfter } from "../core/completion.ts";
import type { ScheduleStore } from "../core/engine-stores.ts";
import type { Run, ScheduleEntry } from "../core/entities.ts";
import { UltravisorError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import type { Clock, Engine, RunReader } from "../core/ports.ts";
import { timesAfter, timesBetween } from "../core/schedule.ts";
import { hasTemplates, MissingValueError } from "../core/template.ts";
import { MOST_CAUGHT_UP, parseTrigger } from "../core/trigger.ts";
import { specOf, timing } from "./schedule.ts";

export interface ScheduleVerbParts {
  readonly schedule: ScheduleStore;
  readonly runs: RunReader;
  readonly clock: Clock;
  readonly submit: Engine["submit"];
  /** Something about the entries has changed. */
  poke(): void;
}

export function createScheduleVerbs(
  parts: ScheduleVerbParts,
): Pick<Engine, "preview" | "setPaused" | "runNow" | "backfill"> {
  const { schedule, clock, submit, poke } = parts;
  async function find(id: string): Promise<ScheduleEntry> {
    const entry = await schedule.get(id);
    if (entry === null)
      throw new UltravisorError("unknown_schedule", `expected the id of a schedule entry, got ${JSON.stringify(id)}`);
    return entry;
  }
  return {
    preview: (trigger, from, count) => timesAfter(parseTrigger(trigger), from, count),
    async setPaused(id, paused) {
      const entry = await find(id);
      await schedule.change(id, { paused, ...(paused ? {} : timing(id, specOf(entry), clock())) });
      poke();
      return find(id);
    },
    async runNow(id) {
      const entry = await find(id);
      const { runId, input } = await inputNow(parts, entry);
      const trigger = { kind: "manual", id, nominalAt: null, runId } as const;
      return (await submit({ name: entry.name, input, trigger })).run;
    },
    async backfill(id, from, to) {
      const entry = await find(id);
      const started: Run[] = [];
      let existing = 0;
      for (const nominalAt of fillTimes(entry, from, to)) {
        const trigger = { kind: entry.kind, id, nominalAt, runId: null };
        const { run, created } = await submit({ name: entry.name, input: specOf(entry).input ?? {}, trigger });
        if (created) started.push(run);
        else existing += 1;
      }
      return { started, existing };
    },
  };
}

/** What follows another run is given what the last of those came to. */
async function inputNow(
  { runs }: ScheduleVerbParts,
  entry: ScheduleEntry,
): Promise<{ readonly runId: string | null; readonly input: JsonObject }> {
  const trigger = specOf(entry);
  const input = trigger.input ?? {};
  if (!("after" in trigger) || !hasTemplates(input)) return { runId: null, input };
  const { items } = await runs.list({ name: trigger.after, limit: 50 });
  const last = items.find((run) => run.finishedAt !== null);
  if (last === undefined)
    throw new UltravisorError(
      "conflict",
      `there is no finished run of ${trigger.after} yet, whose output would be the input`,
    );
  try {
    return { runId: last.id, input: inputAfter(input, last, await runs.result(last.id)) };
  } catch (error) {
    if (!(error instanceof MissingValueError)) throw error;
    throw new UltravisorError("conflict", `the last run of ${trigger.after} gives no input: ${error.message}`);
  }
}

function fillTimes(entry: ScheduleEntry, from: number, to: number): number[] {
  const trigger = specOf(entry);
  if (!("cron" in trigger) && !("every" in trigger && trigger.aligned !== false)) {
    const came = "every" in trigger ? "an interval that is not aligned" : `a trigger of kind ${entry.kind}`;
    throw refused("id", `only cron triggers and aligned intervals have times to fill in, got ${came}`);
  }
  if (to < from) throw refused("to", "expected a time after `from`");
  const times = timesBetween(trigger, from, to);
  if (times.length > MOST_CAUGHT_UP)
    throw refused("to", `expected at most ${MOST_CAUGHT_UP} times between \`from\` and \`to\`; take a shorter range`);
  return times;
}

function refused(path: string, message: string): UltravisorError {
  return new UltravisorError("invalid_request", message, { fields: [{ path, message }] });
}
