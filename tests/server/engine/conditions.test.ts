import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Overlap } from "../../../apps/server/core/definition.ts";
import type { JsonObject } from "../../../apps/server/core/json.ts";
import { createConditions } from "../../../apps/server/engine/conditions.ts";
import { createNotices } from "../../../apps/server/engine/notices.ts";
import { createOverlaps } from "../../../apps/server/engine/overlap.ts";
import { syncSchedule } from "../../../apps/server/engine/schedule.ts";
import { createDiskFileStore } from "../../../apps/server/files/disk.ts";
import { createProber } from "../../../apps/server/probe/index.ts";
import { createShellExecutor } from "../../../apps/server/shell/executor.ts";
import { defineTask, makeEngine, SILENT } from "../../support/engine.ts";

const NOON = Date.parse("2026-03-01T12:00:00Z");

/** One condition on a clock that the test moves, over real state and files. */
async function makeCondition(when: JsonObject, overlap: Overlap = "parallel") {
  const definition = defineTask("react", { triggers: [{ when, overlap, input: { by: "condition" } }] });
  const { store, engine } = await makeEngine([definition], async () => ({}), { start: false });
  const clock = { time: NOON };
  const notices = createNotices(SILENT);
  const files = createDiskFileStore(join(store.folder, "files"));
  const shell = createShellExecutor({ data: store.folder, boot: "boot-1", env: {}, files });
  const folder = join(store.folder, "conditions");
  const prober = createProber({ state: store.state, node: "node-a", folder, executors: { shell, browser: shell } });
  const make = () =>
    createConditions({
      ...{ store: store.schedule, submit: engine.submit, notices, prober, clock: () => clock.time, log: SILENT },
      overlaps: createOverlaps(store.runs, engine.cancel),
    });
  await syncSchedule(store.schedule, { list: () => [definition] }, NOON);
  const conditions = make();
  const entry = async () => (await store.schedule.list())[0];
  const looked = () =>
    new Promise<void>((resolve) => {
      const unsubscribe = notices.subscribe((notice) => {
        if (notice.type !== "schedule") return;
        unsubscribe();
        resolve();
      });
    });
  return {
    ...{ clock, store, engine, notices, prober, conditions, make, entry, looked },
    set: (value: JsonObject | number) => store.state.set("global", "house", value, "api"),
    /** Looks once, a minute later; what the entry says then. */
    async look() {
      const done = looked();
      clock.time += 60_000;
      expect((await conditions.runOnce()).begun).toBe(1);
      await done;
      return (await entry())?.look;
    },
    runs: async () => (await store.runs.list({})).items,
  };
}

const WARM = { state: "house.temperature", above: 24, rearmAt: 22 };

describe("A condition on global state", () => {
  test("leaves no run until it holds, then one that says what caused it", async () => {
    const house = await makeCondition(WARM);
    await house.set({ temperature: 21 });
    expect(await house.look()).toMatchObject({ fired: false, value: 21, reason: "21 is not above 24" });
    expect(await house.runs()).toEqual([]);
    await house.set({ temperature: 25 });
    expect(await house.look()).toMatchObject({ fired: true, value: 25, reason: "25 is above 24" });
    expect(await house.runs()).toMatchObject([
      {
        name: "react",
        input: { by: "condition" },
        trigger: { kind: "when", nominalAt: house.clock.time, cause: { value: 25, reason: "25 is above 24" } },
      },
    ]);
  });

  test("starts one run while it goes on to hold, and another after it was left", async () => {
    const house = await makeCondition(WARM);
    for (const temperature of [25, 26, 23, 25, 22, 25]) {
      await house.set({ temperature });
      await house.look();
    }
    expect(await house.runs()).toHaveLength(2);
  });

  test("that a restart of the server finds as it was starts nothing again", async () => {
    const house = await makeCondition(WARM);
    await house.set({ temperature: 25 });
    await house.look();
    const done = house.looked();
    await house.make().runOnce();
    await done;
    expect((await house.entry())?.look).toMatchObject({ fired: false, memory: { armed: false } });
    expect(await house.runs()).toHaveLength(1);
  });

  test("is looked at at once when that state is written", async () => {
    const house = await makeCondition({ ...WARM, every: "1h" });
    await house.set({ temperature: 25 });
    const first = house.looked();
    house.conditions.start();
    await first;
    await house.set({ temperature: 20 });
    const second = house.looked();
    house.notices.publish({ type: "state", scope: "global", key: "house" });
    await second;
    await house.conditions.stop();
    expect((await house.entry())?.look).toMatchObject({ value: 20, memory: { armed: true } });
  });

  test("of a key that is not there starts nothing, and says why", async () => {
    const house = await makeCondition(WARM);
    expect(await house.look()).toMatchObject({ fired: false, reason: "it could not be told: null is no number" });
  });
});

describe("A condition that holds", () => {
  test("starts its run once, also when the server dies between deciding and starting", async () => {
    const house = await makeCondition(WARM);
    await house.set({ temperature: 25 });
    await house.look();
    const entry = await house.entry();
    const starting = house.clock.time;
    if (entry?.look) await house.store.schedule.change(entry.id, { look: { ...entry.look, starting } });
    await house.look();
    expect(await house.runs()).toHaveLength(1);
    expect((await house.entry())?.look?.starting).toBeUndefined();
  });

  test("waits while its last run goes on, and starts when that has ended", async () => {
    const house = await makeCondition(WARM, "skip");
    for (const temperature of [25, 20, 25]) {
      await house.set({ temperature });
      await house.look();
    }
    const [run] = await house.runs();
    expect((await house.entry())?.look).toMatchObject({ reason: `25 is above 24, but run ${run?.id} still goes on` });
    await house.engine.cancel(run?.id ?? "");
    expect(await house.look()).toMatchObject({ fired: true });
    expect(await house.runs()).toHaveLength(2);
  });

  test("is tried again when its run could not be started", async () => {
    const house = await makeCondition(WARM);
    await house.set({ temperature: 25 });
    const other = createConditions({
      ...{ store: house.store.schedule, notices: house.notices, clock: () => house.clock.time, log: SILENT },
      prober: house.prober,
      overlaps: createOverlaps(house.store.runs, house.engine.cancel),
      submit: (submission) => house.engine.submit({ ...submission, name: "gone" }),
    });
    const done = house.looked();
    await other.runOnce();
    await done;
    expect((await house.entry())?.look).toMatchObject({
      fired: false,
      reason: expect.stringContaining("could not be started"),
    });
    expect(await house.look()).toMatchObject({ fired: true });
  });
});

test("A paused condition is not looked at", async () => {
  const house = await makeCondition(WARM);
  await house.store.schedule.change((await house.entry())?.id ?? "", { paused: true });
  expect((await house.conditions.runOnce()).begun).toBe(0);
});

test("A clock that was set back does not keep a condition from being looked at", async () => {
  const house = await makeCondition(WARM);
  await house.look();
  house.clock.time -= 10 * 365 * 24 * 3_600_000;
  expect((await house.conditions.runOnce()).sleep).toBeLessThanOrEqual(5000);
});

test("A command that ends well starts a run", async () => {
  const house = await makeCondition({ shell: "test -e go" });
  expect(await house.look()).toMatchObject({ fired: false, value: 1, reason: "1 is not 0" });
  await writeFile(join(house.store.folder, "conditions", "go"), "");
  expect(await house.look()).toMatchObject({ fired: true, value: 0 });
});
