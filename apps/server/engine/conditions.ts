/**
 * Looks at the conditions of `when` triggers, each at its own interval, and starts a run when one begins to hold. A look that
 * starts nothing leaves no run; what it found and why it started nothing stands on the schedule entry.
 */
import { type Condition, decide, type Finding, FRESH } from "../core/condition.ts";
import { parseCondition } from "../core/condition-form.ts";
import type { ScheduleStore } from "../core/engine-stores.ts";
import type { Look, ScheduleEntry } from "../core/entities.ts";
import type { Json } from "../core/json.ts";
import type { Clock, Logger, Notices, Prober } from "../core/ports.ts";
import { createDuty, type PokedDuty } from "./duty.ts";
import type { Overlaps } from "./overlap.ts";
import { specOf } from "./schedule.ts";
import type { Submit } from "./submit.ts";

/** Entries that appear without a poke are noticed after this long at the latest. */
const LONGEST_SLEEP_MS = 60_000;

export interface ConditionParts {
  readonly store: ScheduleStore;
  readonly prober: Prober;
  readonly overlaps: Overlaps;
  readonly submit: Submit;
  readonly notices: Notices;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface ConditionRound {
  /** Looks that were begun; a slow one does not hold up the others. */
  readonly begun: number;
  readonly sleep: number;
}

export function createConditions(parts: ConditionParts): PokedDuty<ConditionRound> {
  const looks = new Looks(parts);
  let unsubscribe = (): void => undefined;
  const duty = createDuty({
    name: "conditions",
    log: parts.log,
    runOnce: () => looks.begin(() => duty.poke()),
    pauseAfter: (round) => round.sleep,
  });
  return {
    ...duty,
    start() {
      unsubscribe();
      unsubscribe = parts.notices.subscribe((notice) => {
        if (notice.type === "state" && looks.hurry(notice.key)) duty.poke();
      });
      duty.start();
    },
    async stop() {
      unsubscribe();
      await duty.stop();
      await looks.end();
    },
  };
}

class Looks {
  readonly #parts: ConditionParts;
  /** When each entry is looked at next. Not durable: a start of the server looks at all of them. */
  readonly #next = new Map<string, number>();
  readonly #inFlight = new Map<string, Promise<void>>();
  /** State keys that conditions ask about → their entries. */
  readonly #byKey = new Map<string, Set<string>>();
  #closing = new AbortController();

  constructor(parts: ConditionParts) {
    this.#parts = parts;
  }

  /** Begins the looks that are due. `done` is called after each. */
  async begin(done: () => void): Promise<ConditionRound> {
    if (this.#closing.signal.aborted) this.#closing = new AbortController();
    const { store, clock } = this.#parts;
    const entries = await store.live(["when"]);
    this.#forget(entries);
    const now = clock();
    let [begun, wake] = [0, now + LONGEST_SLEEP_MS];
    for (const entry of entries) {
      if (this.#inFlight.has(entry.id)) continue;
      const { condition, next } = this.#plan(entry, now);
      if (next > now) {
        wake = Math.min(wake, next);
        continue;
      }
      begun += 1;
      this.#next.set(entry.id, now + condition.every);
      this.#track(entry, condition, done);
    }
    return { begun, sleep: wake - now };
  }

  /** A state key was written: who asks about it looks at once. False: nobody does. */
  hurry(key: string): boolean {
    const ids = [...this.#byKey].flatMap(([known, ids]) =>
      key === known || known.startsWith(`${key}.`) ? [...ids] : [],
    );
    for (const id of ids) this.#next.delete(id);
    return ids.length > 0;
  }

  async end(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#inFlight.values());
  }

  /** Never further ahead than the interval, whatever the clock did. */
  #plan(entry: ScheduleEntry, now: number): { condition: Condition; next: number } {
    const condition = parseCondition(entry.trigger.when);
    if (condition.probe.kind === "state") {
      const ids = this.#byKey.get(condition.probe.key) ?? new Set();
      this.#byKey.set(condition.probe.key, ids.add(entry.id));
    }
    return { condition, next: Math.min(this.#next.get(entry.id) ?? now, now + condition.every) };
  }

  #forget(entries: readonly ScheduleEntry[]): void {
    const ids = new Set(entries.map((entry) => entry.id));
    for (const id of this.#next.keys()) if (!ids.has(id)) this.#next.delete(id);
    for (const known of this.#byKey.values()) for (const id of known) if (!ids.has(id)) known.delete(id);
  }

  #track(entry: ScheduleEntry, condition: Condition, done: () => void): void {
    const look = lookAt(this.#parts, entry.id, condition, this.#closing.signal)
      .catch((error) => this.#parts.log.error({ err: error, name: entry.name }, "a condition could not be looked at"))
      .finally(() => {
        this.#inFlight.delete(entry.id);
        done();
      });
    this.#inFlight.set(entry.id, look);
  }
}

async function lookAt(parts: ConditionParts, id: string, condition: Condition, signal: AbortSignal): Promise<void> {
  const { prober, store, notices, overlaps, clock } = parts;
  // Read again: the look before this one may have ended after the list of entries was read.
  const entry = await store.get(id);
  if (entry === null) return;
  // A decision whose run may not have been written before the last stop: the same nominal time gives the same run.
  if (entry.look?.starting !== undefined) return fire(parts, entry, condition, entry.look, entry.look.starting);
  const finding = await prober.probe(condition.probe, signal);
  if (signal.aborted) return;
  const now = clock();
  const memory = entry.look?.memory ?? FRESH;
  let decision = decide(condition, finding, memory, now);
  if (decision.fire) {
    const overlap = await overlaps.resolve(entry);
    if (overlap.verdict !== "start") decision = decide(condition, finding, memory, now, overlap.reason);
  }
  const look: Look = {
    at: now,
    fired: decision.fire,
    reason: decision.reason,
    memory: decision.memory,
    ...keptValue(finding),
  };
  if (decision.fire) return fire(parts, entry, condition, look, now);
  await store.change(entry.id, { look, nextAt: now + condition.every });
  notices.publish({ type: "schedule", id: entry.id });
}

async function fire(
  { store, submit, notices, log, clock }: ConditionParts,
  entry: ScheduleEntry,
  condition: Condition,
  look: Look,
  nominalAt: number,
): Promise<void> {
  const nextAt = clock() + condition.every;
  await store.change(entry.id, { look: { ...look, starting: nominalAt }, nextAt });
  const { starting: _starting, ...done } = look;
  try {
    const cause = { value: look.value ?? null, reason: look.reason };
    const { run } = await submit({
      name: entry.name,
      input: specOf(entry).input ?? {},
      trigger: { kind: "when", id: entry.id, nominalAt, runId: null, cause },
    });
    const last = { lastAt: nominalAt, lastRunId: run.id, lateness: Math.max(0, clock() - nominalAt) };
    await store.change(entry.id, { look: done, ...last });
  } catch (error) {
    log.error({ err: error, name: entry.name }, "a run whose condition holds could not be started");
    const reason = `${look.reason}, but the run could not be started; the server's log says why`;
    // As before: the next look tries again.
    await store.change(entry.id, { look: { ...done, fired: false, reason, memory: entry.look?.memory ?? FRESH } });
  }
  notices.publish({ type: "schedule", id: entry.id });
}

/** More of a value than this is not kept. */
const LONGEST_VALUE = 2000;

function keptValue(finding: Finding): { value?: Json } {
  if ("problem" in finding) return {};
  const { value } = finding;
  const text = JSON.stringify(value);
  return { value: text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : value };
}
