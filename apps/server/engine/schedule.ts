/** Starts what is due. A run is unique by (entry, nominal time), so a crash between starting and noting it starts nothing twice. */
import { createHash } from "node:crypto";
import type { Definition, TriggerSpec } from "../core/definition.ts";
import type { EventStore, ScheduleChange, ScheduleDraft, ScheduleStore } from "../core/engine-stores.ts";
import type { ScheduleEntry } from "../core/entities.ts";
import { canonicalJson, type JsonObject } from "../core/json.ts";
import type { Catalog, Clock, Logger } from "../core/ports.ts";
import { dueTime, nextTime, tick, triggerKind, wasSetBack } from "../core/schedule.ts";
import { MOST_CAUGHT_UP } from "../core/trigger.ts";
import { createDuty, type PokedDuty } from "./duty.ts";
import type { Overlaps } from "./overlap.ts";
import type { Submit } from "./submit.ts";

/** Rows written by another process (a second node), and a clock that was moved, are noticed after this long at the latest. */
const LONGEST_SLEEP_MS = 60_000;
const TIMED = ["cron", "every"] as const;

export interface ScheduleRound {
  /** Runs that were started. */
  readonly started: number;
  /** Milliseconds until something is due. */
  readonly sleep: number;
}

export interface ScheduleParts {
  readonly store: ScheduleStore;
  readonly events: Pick<EventStore, "append">;
  readonly overlaps: Overlaps;
  readonly submit: Submit;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface ScheduleDuty extends PokedDuty<ScheduleRound> {
  /** These runs have ended: what waited for them starts. */
  ended(runIds: readonly string[]): void;
}

export function createSchedule(parts: ScheduleParts): ScheduleDuty {
  const { store, clock, log } = parts;
  /** Runs that a start waits for → the entry that waits. */
  const awaited = new Map<string, string>();
  const woken = new Set<string>();
  let lastRound: number | null = null;
  async function due(now: number): Promise<readonly ScheduleEntry[]> {
    const ids = [...woken];
    woken.clear();
    const entries = await store.due(now, TIMED);
    const others = ids.filter((id) => entries.every((entry) => entry.id !== id));
    const found = await Promise.all(others.map((id) => store.get(id)));
    return [
      ...entries,
      ...found.filter((entry) => entry !== null && !entry.paused && waited(entry)),
    ] as ScheduleEntry[];
  }
  const duty = createDuty({
    name: "schedule",
    log,
    async runOnce() {
      const now = clock();
      if (lastRound === null || now < lastRound) await beginAnew(parts, now);
      lastRound = now;
      const started = await startTogether(await due(now), (entry) => startDue(parts, entry, awaited));
      const next = await store.nextDue(TIMED);
      return { started, sleep: next === null ? LONGEST_SLEEP_MS : Math.min(next - clock(), LONGEST_SLEEP_MS) };
    },
    pauseAfter: (round) => round.sleep,
  });
  return {
    ...duty,
    ended(runIds) {
      for (const runId of runIds) {
        const id = awaited.get(runId);
        if (id === undefined) continue;
        awaited.delete(runId);
        woken.add(id);
        duty.poke();
      }
    },
  };
}

/** So many share their commits; one after another, the last of five that are due at once was 50 to 90 ms late on a busy server. */
const TOGETHER = 32;

/** How many were started. One that fails keeps none of the others from starting; the next round tries it again. */
async function startTogether(
  entries: readonly ScheduleEntry[],
  startOne: (entry: ScheduleEntry) => Promise<number>,
): Promise<number> {
  let started = 0;
  const errors: unknown[] = [];
  for (let i = 0; i < entries.length; i += TOGETHER) {
    for (const result of await Promise.allSettled(entries.slice(i, i + TOGETHER).map(startOne))) {
      if (result.status === "fulfilled") started += result.value;
      else errors.push(result.reason);
    }
  }
  if (errors.length > 0) throw errors[0];
  return started;
}

/** After the clock was set far back, entries that were moved ahead with it would wait for years. */
async function beginAnew({ store, log }: ScheduleParts, now: number): Promise<void> {
  for (const entry of await store.list()) {
    if (entry.nominalAt === null || !wasSetBack(entry.lastAt, now)) continue;
    log.warn({ name: entry.name }, "the clock was set back by hours; the entry begins anew");
    await store.change(entry.id, { ...timing(entry.id, specOf(entry), now), lastAt: null });
  }
}

async function startDue(parts: ScheduleParts, entry: ScheduleEntry, awaited: Map<string, string>): Promise<number> {
  const { store, overlaps, clock } = parts;
  const now = clock();
  const trigger = specOf(entry);
  const dueAt = entry.nominalAt ?? now;
  const { nominal, missed, nextAt } = tick(waited(entry) ? patient(trigger) : trigger, dueAt, now);
  if (entry.lastRunId !== null && entry.trigger.overlap === "queue") awaited.set(entry.lastRunId, entry.id);
  const overlap = await overlaps.resolve(entry);
  if (overlap.verdict === "wait" && nominal.length > 0) {
    // It stays due for this time, and is woken by the end of the run it waits for.
    const look = { at: now, fired: false, reason: overlap.reason, starting: dueAt };
    await store.change(entry.id, { nominalAt: dueAt, nextAt: now + LONGEST_SLEEP_MS, look });
    return 0;
  }
  if (entry.lastRunId !== null) awaited.delete(entry.lastRunId);
  if (missed > 0) await tellMissed(parts, entry, missed, nominal.length);
  const next = { nominalAt: nextAt, nextAt: nextAt === null ? null : dueTime(trigger, entry.id, nextAt) };
  const { started, change } =
    overlap.verdict === "start"
      ? await startAll(parts, entry, nominal, now)
      : await skipAll(parts, entry, nominal, overlap.reason);
  await store.change(entry.id, { ...next, ...change });
  return started;
}

/** A start that was put off is not late: it is what `queue` means. */
function patient(trigger: TriggerSpec): TriggerSpec {
  return "catchUp" in trigger && trigger.catchUp === "none" ? { ...trigger, catchUp: "last" } : trigger;
}

interface Started {
  readonly started: number;
  readonly change: ScheduleChange;
}

async function startAll(
  parts: ScheduleParts,
  entry: ScheduleEntry,
  nominal: readonly number[],
  now: number,
): Promise<Started> {
  const trigger = specOf(entry);
  let started = 0;
  let last: ScheduleChange = {};
  for (const nominalAt of nominal) {
    const lastRunId = await start(parts, entry, nominalAt);
    if (lastRunId === null) continue;
    started += 1;
    const lateness = Math.max(0, parts.clock() - dueTime(trigger, entry.id, nominalAt));
    last = { lastAt: nominalAt, lastRunId, lateness };
  }
  const reason =
    started > 0
      ? "its time had come"
      : nominal.length > 0
        ? "the run could not be started; the server's log says why"
        : "its time was missed, and is not caught up";
  return { started, change: { ...last, look: { at: now, fired: started > 0, reason } } };
}

async function skipAll(
  { events, clock }: ScheduleParts,
  entry: ScheduleEntry,
  nominal: readonly number[],
  reason: string,
): Promise<Started> {
  for (const nominalAt of nominal) {
    const data = { schedule: entry.id, nominalAt: new Date(nominalAt).toISOString(), reason };
    await events.append({ ...NO_RUN, time: clock(), kind: "schedule.skipped", name: entry.name, data });
  }
  return { started: 0, change: { look: { at: clock(), fired: false, reason } } };
}

/** A task file that broke meanwhile must not hold up the others, nor be tried in a tight loop. */
async function start({ submit, log }: ScheduleParts, entry: ScheduleEntry, nominalAt: number): Promise<string | null> {
  try {
    const trigger = { kind: entry.kind, id: entry.id, nominalAt, runId: null };
    const { run } = await submit({ name: entry.name, input: specOf(entry).input ?? {}, trigger });
    return run.id;
  } catch (error) {
    log.error({ err: error, name: entry.name }, "a scheduled run could not be started");
    return null;
  }
}

async function tellMissed(parts: ScheduleParts, entry: ScheduleEntry, missed: number, runs: number): Promise<void> {
  const { events, clock, log } = parts;
  log.warn({ name: entry.name, missed, runs }, "times were missed");
  const data = { schedule: entry.id, missed, orMore: missed >= MOST_CAUGHT_UP - runs, runs };
  await events.append({ ...NO_RUN, time: clock(), kind: "schedule.missed", name: entry.name, data });
}

const NO_RUN = { runId: null, taskRunId: null } as const;

/** Whether its start was put off until the run before it ends: then its time is not missed, however long that takes. */
function waited({ look }: ScheduleEntry): boolean {
  return look?.starting !== undefined && look.memory === undefined;
}

/** Makes the schedule entries those of the task files as they are now. */
export async function syncSchedule(store: ScheduleStore, catalog: Pick<Catalog, "list">, now: number): Promise<void> {
  await store.sync(
    catalog.list().flatMap((definition) => definition.triggers.map((trigger) => toDraft(definition, trigger, now))),
  );
}

function toDraft(definition: Definition, trigger: TriggerSpec, now: number): ScheduleDraft {
  const id = createHash("sha256")
    .update(`${definition.name}\n${canonicalJson(trigger)}`)
    .digest("hex")
    .slice(0, 24);
  return {
    id,
    name: definition.name,
    kind: triggerKind(trigger),
    trigger: { ...trigger } as JsonObject,
    ...timing(id, trigger, now),
    createdAt: now,
  };
}

/** When an entry that begins now is due for the first time. */
export function timing(id: string, trigger: TriggerSpec, now: number): Pick<ScheduleDraft, "nextAt" | "nominalAt"> {
  const nominalAt = nextTime(trigger, now);
  return { nominalAt, nextAt: nominalAt === null ? null : dueTime(trigger, id, nominalAt) };
}

/** The trigger of an entry; rows hold what the loader has checked. */
export function specOf(entry: ScheduleEntry): TriggerSpec {
  return entry.trigger as unknown as TriggerSpec;
}
