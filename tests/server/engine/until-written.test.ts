import { expect, test } from "vitest";
import { UltravisorError } from "../../../apps/server/core/errors.ts";
import type { RunStore, Success } from "../../../apps/server/core/run-store.ts";
import { endsUntilWritten } from "../../../apps/server/engine/until-written.ts";
import { SILENT } from "../../support/engine.ts";
import { draftRun, makeStore } from "../../support/store.ts";

const SUCCESS: Success = {
  ...{ output: null, spawned: [], stops: [], records: [], files: [], report: {} },
  usage: { cpuMs: null, peakMemoryBytes: null },
};
const FULL = new UltravisorError("disk_full", "there is no room");

test("The end of an attempt is written once there is room again, later each time", async () => {
  const { transitions, ticket } = await makeRunning([FULL, FULL, FULL]);
  const waits: number[] = [];
  const wait = async (ms: number): Promise<void> => void waits.push(ms);
  const patient = endsUntilWritten(transitions, { log: SILENT, signal: new AbortController().signal, wait });
  const settled = await patient.succeed(ticket, SUCCESS, 2);
  expect(settled?.finished.map(({ state }) => state)).toEqual(["succeeded"]);
  expect(waits).toEqual([500, 1000, 2000]);
});

test("A server that stops leaves an end that cannot be written to the next start", async () => {
  const { transitions, ticket } = await makeRunning([FULL, FULL]);
  const stop = new AbortController();
  const wait = async (): Promise<void> => stop.abort();
  const patient = endsUntilWritten(transitions, { log: SILENT, signal: stop.signal, wait });
  await expect(patient.succeed(ticket, SUCCESS, 2)).rejects.toBe(FULL);
});

test("A server that stops does not wait for a disk that has an end but does not say so", async () => {
  const { transitions, ticket } = await makeRunning([]);
  const stop = new AbortController();
  const waiting: RunStore = { ...transitions, succeed: () => new Promise(() => {}) };
  const written = endsUntilWritten(waiting, { log: SILENT, signal: stop.signal }).succeed(ticket, SUCCESS, 2);
  stop.abort(new Error("the server stops"));
  await expect(written).rejects.toThrow("the server stops");
});

test("An end that is refused for good is not tried again", async () => {
  const { transitions, ticket } = await makeRunning([new Error("a mistake of ours")]);
  const patient = endsUntilWritten(transitions, { log: SILENT, signal: new AbortController().signal });
  await expect(patient.succeed(ticket, SUCCESS, 2)).rejects.toThrow("a mistake of ours");
});

/** A task run that runs, in a store that refuses its first ends with these errors. */
async function makeRunning(errors: Error[]) {
  const store = await makeStore();
  await store.transitions.create(draftRun("run"), 1);
  const taskRun = await store.transitions.claim("run-example", 1);
  const transitions: RunStore = {
    ...store.transitions,
    succeed: async (...args) => {
      const error = errors.shift();
      if (error) throw error;
      return store.transitions.succeed(...args);
    },
  };
  return { transitions, ticket: { taskRunId: "run-example", runId: "run", attempt: taskRun?.attempt ?? 0 } };
}
