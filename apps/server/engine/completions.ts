/**
 * What follows a finished run: the task run that it was, operations whose `after` trigger names it, and the end of its staging folder. Reads the events
 * from a durable cursor, so a crash delays what follows but never drops it.
 */

import { inputAfter } from "../core/completion.ts";
import type { EventStore, ScheduleStore } from "../core/engine-stores.ts";
import type { Event, Run, ScheduleEntry } from "../core/entities.ts";
import { UltravisorError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import type { Clock, Logger, RunReader } from "../core/ports.ts";
import { hasTemplates } from "../core/template.ts";
import { createDuty, type PokedDuty } from "./duty.ts";
import { specOf } from "./schedule.ts";
import type { Submit } from "./submit.ts";

export interface CompletionParts {
  readonly events: EventStore;
  readonly schedule: ScheduleStore;
  readonly submit: Submit;
  readonly runs: RunReader;
  readonly clock: Clock;
  readonly log: Logger;
  removeStaging(runId: string): Promise<void>;
  /** A task run may have waited for it. */
  onRunEnded(run: Run): Promise<void>;
  /** An event was written. */
  onEvent(): void;
}

const CURSOR = "completions";
const PAGE = 100;

export function createCompletions(parts: CompletionParts): PokedDuty<number> {
  return createDuty({
    name: "completions",
    log: parts.log,
    async runOnce() {
      const finished = await parts.events.unseen(CURSOR, "run.finished", PAGE);
      const entries = finished.length > 0 ? await parts.schedule.live(["after"]) : [];
      for (const event of finished) await follow(parts, event, entries);
      const last = finished.at(-1);
      if (last) await parts.events.seen(CURSOR, last.id);
      return finished.length;
    },
    pauseAfter: (found) => (found > 0 ? 0 : null),
  });
}

async function follow(parts: CompletionParts, event: Event, entries: readonly ScheduleEntry[]): Promise<void> {
  if (event.runId === null || event.name === null) return;
  const succeeded = event.data.state === "succeeded";
  // What a failed run left in its staging folder is kept: it is how one finds out why.
  if (succeeded) await parts.removeStaging(event.runId);
  if (event.data.parentTask != null || Number(event.data.runsBelow) > 0) {
    const ended = await parts.runs.get(event.runId);
    if (ended !== null && ended.finishedAt !== null) await parts.onRunEnded(ended);
  }
  for (const entry of entries) {
    const trigger = specOf(entry);
    if (!("after" in trigger) || trigger.after !== event.name || entry.paused) continue;
    if (trigger.on !== "any" && (trigger.on === "success") !== succeeded) continue;
    await startAfter(parts, entry, trigger.input ?? {}, event.runId);
  }
}

async function startAfter(
  parts: CompletionParts,
  { id, name }: ScheduleEntry,
  input: JsonObject,
  runId: string,
): Promise<void> {
  const { runs, schedule, clock } = parts;
  try {
    const before = await runs.get(runId);
    if (before === null) return;
    const given = hasTemplates(input) ? inputAfter(input, before, await runs.result(runId)) : input;
    const cause = { name: before.name, state: before.state, summary: before.summary };
    const { run } = await parts.submit({
      name,
      input: given,
      trigger: { kind: "after", id, nominalAt: null, runId, cause },
      idempotencyKey: `after ${id} ${runId}`,
    });
    const look = { at: clock(), fired: true, reason: `run ${runId} of ${before.name} has ${before.state}` };
    await schedule.change(id, { lastAt: clock(), lastRunId: run.id, lateness: 0, look });
  } catch (error) {
    // What passes by itself is tried again; anything else must not hold up what follows other runs.
    if (error instanceof UltravisorError && error.status >= 500) throw error;
    await tellSkipped(parts, id, name, runId, error instanceof Error ? error.message : String(error));
  }
}

/** Its input cannot be made from what came before, or its file broke meanwhile: trying again would not help. */
async function tellSkipped(
  { events, schedule, clock, log, onEvent }: CompletionParts,
  id: string,
  name: string,
  runId: string,
  reason: string,
): Promise<void> {
  log.error({ name, after: runId, reason }, "a run that follows another could not be started");
  await schedule.change(id, { look: { at: clock(), fired: false, reason } });
  const data = { schedule: id, after: runId, reason };
  await events.append({ time: clock(), kind: "schedule.skipped", runId: null, taskRunId: null, name, data });
  onEvent();
}
