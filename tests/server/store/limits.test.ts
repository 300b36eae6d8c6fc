import { describe, expect, test } from "vitest";
import type { FanOutLimits } from "../../../apps/server/core/definition.ts";
import type { TaskRun } from "../../../apps/server/core/entities.ts";
import { draftRun, draftSubtasks, makeStore, NOTHING_LEFT, SPEC, type TestStore } from "../../support/store.ts";

const HOST = "https://a.example";

/** A root that spawns these addresses at once, within limits. */
async function spawned(limits: Partial<FanOutLimits>, keys: readonly string[], bytes = 0): Promise<TestStore> {
  const store = await makeStore();
  await store.transitions.create(draftRun("r"), 1000);
  await spawn(store, await claim(store, "r-example", 1000), limits, keys, { bytes, now: 2000 });
  return store;
}

async function claim(store: TestStore, id: string, now: number): Promise<TaskRun> {
  const taskRun = await store.transitions.claim(id, now);
  if (taskRun === null) throw new Error(`${id} was not claimed`);
  return taskRun;
}

async function spawn(
  store: TestStore,
  parent: TaskRun,
  limits: Partial<FanOutLimits>,
  keys: readonly string[],
  { bytes = 0, now = 2000 } = {},
): Promise<void> {
  const spec = { ...SPEC, limits: { ...SPEC.limits, ...limits } };
  const drafts = draftSubtasks(parent, keys, store.newId).map((draft) => ({ ...draft, spec }));
  const ticket = { taskRunId: parent.id, runId: "r", attempt: parent.attempt };
  const usage = { ...NOTHING_LEFT.usage, bytes };
  await store.transitions.succeed(ticket, { ...NOTHING_LEFT, spawned: drafts, usage }, now);
}

async function keys(store: TestStore): Promise<string[]> {
  const { items } = await store.taskRuns.list("r", { limit: 500 });
  return items.flatMap((item) => item.key ?? []);
}

async function next(store: TestStore): Promise<TaskRun> {
  const { items } = await store.taskRuns.list("r", { state: "queued" });
  return claim(store, items[0]?.id ?? "", 2500);
}

async function notStarted(store: TestStore): Promise<Record<string, number>> {
  const run = await store.runs.get("r");
  return Object.fromEntries(Object.entries(run?.notStarted ?? {}).filter(([, count]) => count > 0));
}

describe("A fan-out", () => {
  test("starts so many of a template and of a host, over all spawns, and counts each of the others once", async () => {
    const limits = { perTemplate: 3, perHost: 4 };
    const store = await spawned(limits, [`${HOST}/p/1`, `${HOST}/p/2`, "https://b.example/p/1", "no address"]);
    const more = [`${HOST}/p/2`, `${HOST}/p/3`, `${HOST}/p/4`, `${HOST}/p/5`, `${HOST}/x`, `${HOST}/y`];
    await spawn(store, await next(store), limits, more);
    await spawn(store, await next(store), limits, more);
    const started = [`${HOST}/p/1`, `${HOST}/p/2`, "https://b.example/p/1", "no address", `${HOST}/p/3`, `${HOST}/x`];
    expect((await keys(store)).toSorted()).toEqual(started.toSorted());
    expect(await notStarted(store)).toEqual({ perTemplate: 2, perHost: 1 });
  });

  test("starts nothing more once all of it has received as much as it may", async () => {
    const store = await spawned({ bytes: 500 }, [`${HOST}/1`, `${HOST}/2`], 300);
    await spawn(store, await next(store), { bytes: 500 }, [`${HOST}/3`, `${HOST}/2`], { bytes: 200 });
    expect(await keys(store)).toEqual([`${HOST}/1`, `${HOST}/2`]);
    expect(await notStarted(store)).toEqual({ bytes: 1 });
    expect((await store.taskRuns.get("r-example"))?.bytes).toBe(500);
  });

  test("starts nothing more once its time is over, counted from the start of its root", async () => {
    const store = await spawned({ time: 5000 }, [`${HOST}/1`, `${HOST}/2`]);
    await spawn(store, await next(store), { time: 5000 }, [`${HOST}/3`], { now: 5999 });
    await spawn(store, await next(store), { time: 5000 }, [`${HOST}/4`, `${HOST}/5`], { now: 6000 });
    expect(await keys(store)).toEqual([`${HOST}/1`, `${HOST}/2`, `${HOST}/3`]);
    expect(await notStarted(store)).toEqual({ time: 2 });
    expect([await store.transitions.nextLateFanOut(5000), await store.transitions.lateFanOuts(6000)]).toEqual([
      6000,
      ["r-example"],
    ]);
  });

  test("that is stopped skips what waits, lets what runs end, and says so once", async () => {
    const store = await spawned({ time: 5000 }, [`${HOST}/1`, `${HOST}/2`, `${HOST}/3`]);
    const running = await next(store);
    const stopped = await store.transitions.stop("r-example", "time", 6000);
    expect(stopped?.removed).toHaveLength(2);
    expect(await store.transitions.stop("r-example", "time", 6001)).toBeNull();
    await spawn(store, running, { time: 5000 }, [`${HOST}/4`], { now: 6002 });
    expect(await store.runs.get("r")).toMatchObject({
      state: "succeeded",
      counts: { succeeded: 2, skipped: 2 },
      summary: "4 task runs: 2 succeeded, 2 skipped; not started: 3 (limit time)",
    });
    const limited = (await store.events.list({ runId: "r" })).filter((event) => event.kind === "run.limited");
    expect(limited.map((event) => event.data)).toEqual([{ limit: "time", detail: null }]);
    expect(await store.transitions.lateFanOuts(7000)).toEqual([]);
    expect(await store.transitions.nextLateFanOut(0)).toBeNull();
  });
});

test("What is not started is kept with its address and why, and a hundred that are linked from everywhere count once", async () => {
  const store = await spawned({}, [`${HOST}/1`, `${HOST}/2`]);
  const stops = Array.from({ length: 100 }, (_, n) => {
    return {
      task: "example",
      key: `${HOST}/cal/${n}`,
      parent: "r-example",
      reason: "trap_suspected",
      detail: "a calendar",
    } as const;
  });
  for (const parent of [await next(store), await next(store)]) {
    const ticket = { taskRunId: parent.id, runId: "r", attempt: parent.attempt };
    await store.transitions.succeed(ticket, { ...NOTHING_LEFT, stops }, 2600);
  }
  expect(await notStarted(store)).toEqual({ trap_suspected: 100 });
  expect((await store.runs.get("r"))?.summary).toMatch(/; not started: 100 \(trap suspected\)$/);
  const page = await store.taskRuns.notStarted("r", { reason: "trap_suspected", limit: 2 });
  expect(page.items).toEqual([
    { ...stops[0], time: 2600 },
    { ...stops[1], time: 2600 },
  ]);
  expect(page.next).not.toBeNull();
});
