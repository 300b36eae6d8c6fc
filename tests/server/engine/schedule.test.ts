import { describe, expect, test } from "vitest";
import type { TriggerSpec } from "../../../apps/server/core/definition.ts";
import { createOverlaps } from "../../../apps/server/engine/overlap.ts";
import { createSchedule, syncSchedule } from "../../../apps/server/engine/schedule.ts";
import { defineTask, makeEngine, SILENT } from "../../support/engine.ts";

const NOON = Date.parse("2026-03-01T12:00:00Z");
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** One entry on a clock that the test moves. Runs are written but never executed, so they go on until they are cancelled. */
async function makeSchedule(trigger: TriggerSpec) {
  const definition = defineTask("tick", { triggers: [trigger] });
  const { store, engine } = await makeEngine([definition], async () => ({}), { start: false });
  const clock = { time: NOON };
  const make = () =>
    createSchedule({
      store: store.schedule,
      events: store.events,
      overlaps: createOverlaps(store.runs, engine.cancel),
      submit: engine.submit,
      clock: () => clock.time,
      log: SILENT,
    });
  await syncSchedule(store.schedule, { list: () => [definition] }, NOON);
  const runs = async () => (await store.runs.list({})).items.toReversed();
  const schedule = make();
  return {
    ...{ clock, engine, store, schedule, make, runs },
    async at(time: number): Promise<number> {
      clock.time = time;
      return (await schedule.runOnce()).started;
    },
    nominal: async () => (await runs()).map((run) => ((run.trigger.nominalAt ?? 0) - NOON) / MINUTE),
    entry: async () => (await store.schedule.list())[0],
    events: async (kind: string) => (await store.events.list({})).filter((event) => event.kind === kind),
  };
}
const EVERY_MINUTE = { cron: "* * * * *", timezone: "UTC", overlap: "parallel" } as const;

describe("A server that was away for ten minutes", () => {
  test.each([
    ["none", []],
    ["last", [10]],
    [{ all: true, max: 100 }, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
    [{ all: true, max: 3 }, [8, 9, 10]],
  ] as const)("catches up %j of an entry of every minute", async (catchUp, minutes) => {
    const house = await makeSchedule({ ...EVERY_MINUTE, catchUp });
    await house.at(NOON + 10 * MINUTE + 30_000);
    expect(await house.nominal()).toEqual(minutes);
    expect((await house.entry())?.nextAt).toBe(NOON + 11 * MINUTE);
  });

  test("tells how many times it left out", async () => {
    const house = await makeSchedule(EVERY_MINUTE);
    await house.at(NOON + 10 * MINUTE + 30_000);
    expect(await house.events("schedule.missed")).toMatchObject([{ name: "tick", data: { missed: 9, runs: 1 } }]);
  });

  test("starts nothing twice when it dies between starting a run and noting it", async () => {
    const house = await makeSchedule(EVERY_MINUTE);
    const before = await house.entry();
    await house.at(NOON + MINUTE);
    await house.store.schedule.change(before?.id ?? "", {
      nominalAt: before?.nominalAt ?? null,
      nextAt: before?.nextAt ?? null,
    });
    await house.at(NOON + MINUTE + 1000);
    expect(await house.nominal()).toEqual([1]);
  });
});

test("Entries that are due at once do not wait for each other, and one that fails is tried again", async () => {
  const definitions = ["first", "second", "third"].map((name) => defineTask(name, { triggers: [EVERY_MINUTE] }));
  const { store, engine } = await makeEngine(definitions, async () => ({}), { start: false });
  const release = Promise.withResolvers<void>();
  const asked: string[] = [];
  const schedule = createSchedule({
    store: store.schedule,
    events: store.events,
    overlaps: {
      ...createOverlaps(store.runs, engine.cancel),
      async resolve(entry) {
        asked.push(entry.name);
        if (asked.length === 3) release.resolve();
        await release.promise;
        if (entry.name === "second" && asked.length === 3) throw new Error("the database is busy");
        return { verdict: "start", reason: "" };
      },
    },
    submit: engine.submit,
    clock: () => NOON + MINUTE,
    log: SILENT,
  });
  await syncSchedule(store.schedule, { list: () => definitions }, NOON);
  await expect(schedule.runOnce()).rejects.toThrow("the database is busy");
  const started = async () => (await store.runs.list({})).items.map((run) => run.name).sort();
  expect(await started()).toEqual(["first", "third"]);
  await schedule.runOnce();
  expect(await started()).toEqual(["first", "second", "third"]);
});

describe("While the run before still goes on, a start", () => {
  test("is skipped, and the skip is an event with its reason", async () => {
    const house = await makeSchedule({ every: 30_000 });
    const started = [];
    for (let step = 1; step <= 4; step += 1) started.push(await house.at(NOON + step * 30_000));
    expect(started).toEqual([1, 0, 0, 0]);
    const [run] = await house.runs();
    expect(await house.events("schedule.skipped")).toHaveLength(3);
    expect((await house.entry())?.look).toMatchObject({ fired: false, reason: `run ${run?.id} still goes on` });
    await house.engine.cancel(run?.id ?? "");
    expect(await house.at(NOON + 150_000)).toBe(1);
  });

  test("waits with `queue`, and comes for its own time when that run has ended", async () => {
    const house = await makeSchedule({ every: MINUTE, overlap: "queue", catchUp: "none" });
    await house.at(NOON + MINUTE);
    await house.at(NOON + 2 * MINUTE);
    const [first] = await house.runs();
    expect(await house.nominal()).toEqual([1]);
    await house.engine.cancel(first?.id ?? "");
    house.schedule.ended([first?.id ?? ""]);
    expect(await house.at(NOON + 2 * MINUTE + 40_000)).toBe(1);
    expect(await house.nominal()).toEqual([1, 2]);
  });

  test("that waits outlives the server", async () => {
    const house = await makeSchedule({ every: MINUTE, overlap: "queue" });
    await house.at(NOON + MINUTE);
    await house.at(NOON + 2 * MINUTE);
    await house.engine.cancel((await house.runs())[0]?.id ?? "");
    house.clock.time = NOON + 3 * MINUTE;
    expect((await house.make().runOnce()).started).toBe(1);
    expect(await house.nominal()).toEqual([1, 3]);
  });

  test("goes beside it with `parallel`", async () => {
    const house = await makeSchedule({ every: MINUTE, overlap: "parallel" });
    for (const minute of [1, 2, 3]) await house.at(NOON + minute * MINUTE);
    expect((await house.runs()).map((run) => run.state)).toEqual(["queued", "queued", "queued"]);
  });

  test("takes its place with `replace`", async () => {
    const house = await makeSchedule({ every: MINUTE, overlap: "replace" });
    for (const minute of [1, 2, 3]) await house.at(NOON + minute * MINUTE);
    expect((await house.runs()).map((run) => run.state)).toEqual(["cancelled", "cancelled", "queued"]);
  });
});

describe("A clock that jumps", () => {
  test("an hour ahead starts one run", async () => {
    const house = await makeSchedule(EVERY_MINUTE);
    await house.at(NOON + HOUR);
    expect(await house.nominal()).toEqual([60]);
  });

  test("ten years ahead starts no more than a hundred runs, however many were asked for", async () => {
    const house = await makeSchedule({ ...EVERY_MINUTE, catchUp: { all: true, max: 100 } });
    await house.at(NOON + 10 * 365 * 24 * HOUR);
    expect(await house.runs()).toHaveLength(50);
    expect((await house.store.runs.list({ limit: 500 })).items).toHaveLength(100);
  });

  test("an hour back repeats no time: the entry waits", async () => {
    const house = await makeSchedule(EVERY_MINUTE);
    await house.at(NOON + 30 * MINUTE);
    for (const minute of [-30, -20, -10, 0, 10, 20, 30]) await house.at(NOON + minute * MINUTE);
    expect(await house.nominal()).toEqual([30]);
    await house.at(NOON + 31 * MINUTE);
    expect(await house.nominal()).toEqual([30, 31]);
  });

  test("ten years ahead and back again does not make the entry wait for ten years", async () => {
    const house = await makeSchedule(EVERY_MINUTE);
    await house.at(NOON + MINUTE);
    await house.at(NOON + 10 * 365 * 24 * HOUR);
    await house.at(NOON + 90_000);
    expect(await house.at(NOON + 2 * MINUTE)).toBe(1);
    expect((await house.nominal()).filter((minute) => minute < HOUR)).toEqual([1, 2]);
  });
});

test("Jitter puts off the start, which is not late for that", async () => {
  const house = await makeSchedule({ every: MINUTE, jitter: 30_000 });
  const entry = await house.entry();
  const dueAt = entry?.nextAt ?? 0;
  expect(dueAt).toBeGreaterThan(NOON + MINUTE);
  expect(await house.at(dueAt - 1)).toBe(0);
  expect(await house.at(dueAt + 20)).toBe(1);
  expect(await house.nominal()).toEqual([1]);
  expect((await house.entry())?.lateness).toBe(20);
});

test("A task file that is gone holds up no other entry", async () => {
  const house = await makeSchedule(EVERY_MINUTE);
  const { id = "" } = (await house.entry()) ?? {};
  await syncSchedule(
    house.store.schedule,
    { list: () => [defineTask("gone", { triggers: [{ every: MINUTE }] })] },
    NOON,
  );
  expect(await house.at(NOON + MINUTE)).toBe(0);
  expect(await house.entry()).toMatchObject({ name: "gone", nextAt: NOON + 2 * MINUTE, look: { fired: false } });
  expect(await house.store.schedule.get(id)).toBeNull();
});
