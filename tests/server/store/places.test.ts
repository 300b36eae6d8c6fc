import { describe, expect, test } from "vitest";
import type { Resources } from "../../../apps/server/core/definition.ts";
import { lockOf } from "../../../apps/server/core/lock.ts";
import type { TaskRunDraft } from "../../../apps/server/core/run-store.ts";
import { draftRun, makeStore, NOTHING_LEFT, SPEC, type TestStore } from "../../support/store.ts";

/** A run `r` of one task for each of these. */
async function start(...tasks: readonly Partial<TaskRunDraft>[]): Promise<TestStore> {
  const store = await makeStore();
  const draft = draftRun("r", Object.fromEntries(tasks.map((_task, index) => [`t${index}`, []])));
  await store.transitions.create({ ...draft, tasks: draft.tasks.map((task, i) => ({ ...task, ...tasks[i] })) }, 1);
  return store;
}

async function claims(store: TestStore, count: number): Promise<boolean[]> {
  const taken = [];
  for (let i = 0; i < count; i++) taken.push((await store.transitions.claim(`r-t${i}`, 1)) !== null);
  return taken;
}

async function end(store: TestStore, index: number): Promise<readonly string[]> {
  const ticket = { taskRunId: `r-t${index}`, runId: "r", attempt: 1 };
  const settled = await store.transitions.succeed(ticket, NOTHING_LEFT, 1);
  return (settled?.woken ?? []).map((delivery) => delivery.taskRunId);
}

const take = (...resources: readonly Resources[]): Promise<TestStore> =>
  start(...resources.map((each) => ({ resources: each })));

describe("a task that takes processors or memory of its node", () => {
  test("waits for what is not left, saying so, and is woken when enough has ended", async () => {
    const store = await take({ cpu: 2.5 }, { cpu: 2 }, { cpu: 1.5 }, { memory: 600 }, { memory: 600, cpu: 0 });
    expect(await claims(store, 5)).toEqual([true, false, true, true, false]);
    expect(await store.taskRuns.get("r-t1")).toMatchObject({ state: "queued", reason: "resources", attempt: 0 });
    expect(await store.transitions.queued(null, 10)).toEqual([]);
    expect(await end(store, 0)).toEqual(["r-t1", "r-t4"]);
    expect(await store.transitions.claim("r-t4", 1)).toBeNull();
    expect(await store.transitions.claim("r-t1", 1)).not.toBeNull();
    expect(await end(store, 3)).toEqual(["r-t4"]);
    expect(await store.transitions.claim("r-t4", 1)).not.toBeNull();
  });

  test("does not keep from running what takes nothing, even when it asks for more than there is", async () => {
    const store = await take({ cpu: 64 }, {});
    expect(await claims(store, 2)).toEqual([false, true]);
  });
});

describe("work that follows the load", () => {
  const concurrency = { of: "scan", limit: 5, while: { io: 80 } };
  const scan = { spec: { ...SPEC, concurrency }, lock: lockOf("scan", concurrency, {}) };

  test("begins with one, and is woken in order as places are added", async () => {
    const store = await start(scan, scan, scan, scan);
    expect(await store.transitions.adaptivePlaces()).toMatchObject([
      { places: 1, running: 0, waiting: 4, most: 5, while: { io: 80 } },
    ]);
    expect(await claims(store, 4)).toEqual([true, false, false, false]);
    expect(await store.taskRuns.get("r-t1")).toMatchObject({ state: "queued", reason: "load" });
    const [lock] = await store.transitions.adaptivePlaces();
    const woken = await store.transitions.setPlaces([{ lock: lock?.lock ?? "", places: 3 }]);
    expect(woken.map((delivery) => delivery.taskRunId)).toEqual(["r-t1", "r-t2"]);
    expect(await claims(store, 4)).toEqual([false, true, true, false]);
    expect(await end(store, 0)).toEqual(["r-t3"]);
  });

  test("starts no other when places were taken away, and forgets them with the server", async () => {
    const store = await start(scan, scan, scan);
    await store.transitions.setPlaces([{ lock: scan.lock.name, places: 2 }]);
    expect(await claims(store, 3)).toEqual([true, true, false]);
    await store.transitions.setPlaces([{ lock: scan.lock.name, places: 1 }]);
    expect(await end(store, 0)).toEqual([]);
    expect(await end(store, 1)).toEqual(["r-t2"]);
    const next = await store.reopen("boot-2");
    expect(await next.transitions.adaptivePlaces()).toMatchObject([{ places: 1, waiting: 1 }]);
    next.close();
  });

  test("leaves nothing to look at when it is done", async () => {
    const store = await start(scan);
    await claims(store, 1);
    await end(store, 0);
    expect(await store.transitions.adaptivePlaces()).toEqual([]);
  });
});
