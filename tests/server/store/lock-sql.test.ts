import { describe, expect, test } from "vitest";
import type { Lock } from "../../../apps/server/core/lock.ts";
import type { Settled } from "../../../apps/server/core/run-store.ts";
import { draftRun, makeStore, NOTHING_LEFT, type TestStore } from "../../support/store.ts";

/** Runs `r1`, `r2`, … of one task each, with a lock on the run or on its task. */
async function start(count: number, locks: { readonly run?: Lock; readonly task?: Lock }): Promise<TestStore> {
  const store = await makeStore();
  for (let n = 1; n <= count; n++) {
    const draft = draftRun(`r${n}`, { a: [] }, locks.run === undefined ? {} : { lock: locks.run });
    const tasks = draft.tasks.map((task) => (locks.task === undefined ? task : { ...task, lock: locks.task }));
    await store.transitions.create({ ...draft, tasks }, store.time);
  }
  return store;
}

async function claims(store: TestStore, ...numbers: number[]): Promise<boolean[]> {
  const taken = [];
  for (const n of numbers) taken.push((await store.transitions.claim(`r${n}-a`, store.time)) !== null);
  return taken;
}

function end(store: TestStore, n: number): Promise<Settled | null> {
  return store.transitions.succeed({ taskRunId: `r${n}-a`, runId: `r${n}`, attempt: 1 }, NOTHING_LEFT, store.time);
}

const woken = (settled: Settled | null): readonly string[] =>
  (settled?.woken ?? []).map((delivery) => delivery.taskRunId);

describe.each(["task", "run"] as const)("a lock on the %s", (on) => {
  test("lets so many run at once, and leaves the others queued with that reason", async () => {
    const store = await start(3, { [on]: { name: "disk", limit: 2 } });
    expect(await claims(store, 1, 2, 3)).toEqual([true, true, false]);
    expect(await store.taskRuns.get("r3-a")).toMatchObject({ state: "queued", reason: "concurrency", attempt: 0 });
    if (on === "run") expect(await store.runs.get("r3")).toMatchObject({ state: "queued", reason: "concurrency" });
  });

  test("wakes the oldest that waits when one has ended", async () => {
    const store = await start(4, { [on]: { name: "disk", limit: 1 } });
    expect(await claims(store, 1, 3, 2, 4)).toEqual([true, false, false, false]);
    expect(woken(await end(store, 1))).toEqual(["r2-a"]);
    expect(await claims(store, 2, 3)).toEqual([true, false]);
    expect(woken(await end(store, 2))).toEqual(["r3-a"]);
    expect(await store.runs.get("r2")).toMatchObject({ state: "succeeded" });
  });

  test("keeps reconcile from delivering what cannot start", async () => {
    const store = await start(2, { [on]: { name: "disk", limit: 1 } });
    await claims(store, 1, 2);
    expect(await store.transitions.queued(null, 10)).toEqual([]);
    await end(store, 1);
    expect((await store.transitions.queued(null, 10)).map((delivery) => delivery.taskRunId)).toEqual(["r2-a"]);
  });

  test("is free again after a crash", async () => {
    const store = await start(2, { [on]: { name: "disk", limit: 1 } });
    await claims(store, 1, 2);
    const next = await store.reopen("boot-2");
    await next.transitions.interruptLost(store.time);
    expect((await next.transitions.queued(null, 10)).map((delivery) => delivery.taskRunId)).toContain("r1-a");
    expect(await next.transitions.claim("r1-a", store.time)).not.toBeNull();
    next.close();
  });
});

test("Locks of different names do not hold each other", async () => {
  const store = await makeStore();
  for (const name of ["x", "y"])
    await store.transitions.create(draftRun(name, { a: [] }, { lock: { name, limit: 1 } }), 1);
  expect(await store.transitions.claim("x-a", 1)).not.toBeNull();
  expect(await store.transitions.claim("y-a", 1)).not.toBeNull();
});
