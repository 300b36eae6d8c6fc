/**
 * Writes the manifest of every run that ended into the file store. Not in the transaction that ends the run, which must stay cheap, but
 * soon after, from a durable cursor: a crash delays a manifest and never drops one. It takes at most a fifth of the time, so that
 * hundreds of tiny runs a second are not held up; what it lags behind then, it makes up later.
 */
import type { EventStore, ManifestStore } from "../core/engine-stores.ts";
import type { Run } from "../core/entities.ts";
import type { StoredBlob } from "../core/files.ts";
import type { Clock, Logger, RunReader } from "../core/ports.ts";
import { createDuty, type PokedDuty } from "./duty.ts";

export interface ManifestParts {
  readonly events: EventStore;
  readonly runs: RunReader;
  readonly manifests: ManifestStore;
  readonly clock: Clock;
  readonly log: Logger;
  /** Puts a run's manifest into the file store. */
  writeManifest(run: Run): Promise<StoredBlob>;
}

export interface Written {
  readonly written: number;
  /** Milliseconds that it took. */
  readonly took: number;
}

const CURSOR = "manifests";
const PAGE = 10;
/** A round that took some time is followed by a pause of so many times that. */
const REST = 4;
const LOOK_AGAIN = 1000;

export function createManifests(parts: ManifestParts): PokedDuty<Written> {
  return createDuty({
    name: "manifests",
    log: parts.log,
    async runOnce() {
      const began = parts.clock();
      const ended = await parts.events.unseen(CURSOR, "run.finished", PAGE);
      for (const event of ended) if (event.runId !== null) await write(parts, event.runId);
      const last = ended.at(-1);
      if (last) await parts.events.seen(CURSOR, last.id);
      return { written: ended.length, took: parts.clock() - began };
    },
    pauseAfter: ({ written, took }) => (written === PAGE ? took * REST : LOOK_AGAIN),
  });
}

async function write({ runs, manifests, writeManifest, clock, log }: ManifestParts, runId: string): Promise<void> {
  const run = await runs.get(runId);
  // One that was retried ends again, and is told of again.
  if (run === null || run.finishedAt === null) return;
  try {
    await manifests.keep(runId, await writeManifest(run), clock());
  } catch (error) {
    // A full disk must not hold up those behind it: the manifest can be had live at any time.
    log.error({ err: error, run: runId }, "the manifest of a run could not be written to the file store");
  }
}
