/**
 * What follows a finished run: operations whose `after` trigger names it, and the end of its staging folder. Reads the events
 * from a durable cursor, so a crash delays what follows but never drops it.
 */

import type { EventStore, ScheduleStore } from "../core/engine-stores.ts";
import type { Event } from "../core/entities.ts";
import type { Clock, Logger } from "../core/ports.ts";
import { createDuty, type PokedDuty } from "./duty.ts";
import { specOf } from "./schedule.ts";
import type { Submit } from "./submit.ts";

export interface CompletionParts {
  readonly events: EventStore;
  readonly schedule: ScheduleStore;
  readonly submit: Submit;
  readonly clock: Clock;
  readonly log: Logger;
  removeStaging(runId: string): Promise<void>;
}

const CURSOR = "completions";
const PAGE = 100;

export function createCompletions(parts: CompletionParts): PokedDuty<number> {
  return createDuty({
    name: "completions",
    log: parts.log,
    async runOnce() {
      const finished = await parts.events.unseen(CURSOR, "run.finished", PAGE);
      for (const event of finished) await follow(parts, event);
      const last = finished.at(-1);
      if (last) await parts.events.seen(CURSOR, last.id);
      return finished.length;
    },
    pauseAfter: (found) => (found > 0 ? 0 : null),
  });
}

async function follow(parts: CompletionParts, event: Event): Promise<void> {
  if (event.runId === null || event.name === null) return;
  const succeeded = event.data.state === "succeeded";
  // What a failed run left in its staging folder is kept: it is how one finds out why.
  if (succeeded) await parts.removeStaging(event.runId);
  for (const entry of await parts.schedule.live(["after"])) {
    const trigger = specOf(entry);
    if (!("after" in trigger) || trigger.after !== event.name || entry.paused) continue;
    if (trigger.on !== "any" && (trigger.on === "success") !== succeeded) continue;
    await startAfter(parts, entry.id, entry.name, trigger.input ?? {}, event.runId);
  }
}

async function startAfter(
  parts: CompletionParts,
  id: string,
  name: string,
  input: object,
  runId: string,
): Promise<void> {
  try {
    const { run } = await parts.submit({
      name,
      input,
      trigger: { kind: "after", id, nominalAt: null, runId },
      idempotencyKey: `after ${id} ${runId}`,
    });
    await parts.schedule.change(id, { lastAt: parts.clock(), lastRunId: run.id, lateness: 0 });
  } catch (error) {
    parts.log.error({ err: error, name }, "a run that follows another could not be started");
  }
}
