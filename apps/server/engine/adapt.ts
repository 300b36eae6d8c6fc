/** Lets as many run at once as the load of the machine allows, where a task says so. Looks only while there is such work. */
import { LOADS, type Load, nextPlaces } from "../core/adaptive.ts";
import type { Clock, Logger, Prober, TaskQueue } from "../core/ports.ts";
import type { RunStore } from "../core/run-store.ts";
import { createDuty, type PokedDuty } from "./duty.ts";
import { deliverWoken } from "./wake.ts";

export interface AdaptParts {
  readonly transitions: RunStore;
  readonly prober: Prober;
  readonly queue: TaskQueue;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A load is a difference between two looks; a shorter time would measure the steps of its counters. */
const LOOK_MS = 1000;
const REST_MS = 3000;

export function createAdapt({ transitions, prober, queue, log }: AdaptParts): PokedDuty<number> {
  return createDuty({
    name: "adapt",
    log,
    async runOnce() {
      const locks = await transitions.adaptivePlaces();
      if (locks.length === 0) return 0;
      const wanted = LOADS.filter((load) => locks.some((lock) => lock.while[load] !== undefined));
      const loads = await measure(prober, wanted);
      const changes = locks.map((lock) => ({ lock: lock.lock, places: nextPlaces(lock, loads) }));
      const woken = await transitions.setPlaces(changes);
      if (woken.length > 0) await deliverWoken(queue, woken, log);
      log.debug({ loads, changes }, "places follow the load");
      return locks.length;
    },
    pauseAfter: (locks) => (locks > 0 ? LOOK_MS : REST_MS),
  });
}

async function measure(prober: Prober, wanted: readonly Load[]): Promise<Partial<Record<Load, number>>> {
  const found = await Promise.all(
    wanted.map(async (load): Promise<[Load, number] | null> => {
      const signal = AbortSignal.timeout(LOOK_MS);
      const finding = await prober.probe(
        load === "memory" ? { kind: "memory", of: "used", unit: "percent" } : { kind: "load", of: load },
        signal,
      );
      return "value" in finding ? [load, Number(finding.value)] : null;
    }),
  );
  return Object.fromEntries(found.filter((pair) => pair !== null));
}
