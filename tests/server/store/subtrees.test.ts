import { describe, expect, test } from "vitest";
import type { TaskRun } from "../../../apps/server/core/entities.ts";
import type { Ticket } from "../../../apps/server/core/run-store.ts";
import { draftRun, draftSubtasks, FAILURE, makeStore, NOTHING_LEFT, type TestStore } from "../../support/store.ts";

interface Tree {
  readonly store: TestStore;
  /** Ids of the subtasks by key: `a` with `a1` and `a2` below it, and `b`. */
  readonly id: Readonly<Record<string, string>>;
}

const TASK = "crawl";

async function claim(store: Pick<TestStore, "transitions">, id: string): Promise<TaskRun | null> {
  return store.transitions.claim(id, 2000);
}

function ticketOf({ id, runId, attempt }: TaskRun): Ticket {
  return { taskRunId: id, runId, attempt };
}

async function succeed(store: TestStore, id: string, keys: readonly string[] = []): Promise<TaskRun> {
  const taskRun = (await claim(store, id)) as TaskRun;
  const spawned = draftSubtasks(taskRun, keys, store.newId);
  await store.transitions.succeed(ticketOf(taskRun), { ...NOTHING_LEFT, spawned }, 2000);
  return taskRun;
}

async function fail(store: TestStore, id: string): Promise<void> {
  await store.transitions.fail(ticketOf((await claim(store, id)) as TaskRun), FAILURE, 2000);
}

/** A run of `crawl`, and then `report`. */
async function tree(): Promise<Tree> {
  const store = await makeStore();
  await store.transitions.create(draftRun("r", { [TASK]: [], report: [TASK] }), 1000);
  await succeed(store, "r-crawl", ["a", "b"]);
  const first = await ids(store);
  await succeed(store, first.a ?? "", ["a1", "a2"]);
  return { store, id: await ids(store) };
}

async function ids(store: TestStore): Promise<Record<string, string>> {
  const { items } = await store.taskRuns.list("r", { limit: 500 });
  return Object.fromEntries(items.map((item) => [item.key ?? item.task, item.id]));
}

async function states(store: Pick<TestStore, "taskRuns">): Promise<Record<string, string>> {
  const { items } = await store.taskRuns.list("r", { limit: 500 });
  return Object.fromEntries(items.map((item) => [item.key ?? item.task, `${item.state} ${item.reason}`]));
}

describe("A paused part of a run", () => {
  test("is not claimed, also after a restart, and neither is what is spawned into it; the rest goes on", async () => {
    const { store, id } = await tree();
    const running = (await claim(store, id.a1 ?? "")) as TaskRun;
    const paused = await store.transitions.pause("r", id.a ?? "", 3000);
    expect(paused?.removed).toEqual([id.a2]);
    const spawned = draftSubtasks(running, ["a11"], store.newId);
    await store.transitions.succeed(ticketOf(running), { ...NOTHING_LEFT, spawned }, 3000);
    const again = await store.reopen("boot-2");
    const below = (await again.taskRuns.list("r", { parent: id.a1 ?? "" })).items[0]?.id ?? "";
    expect([await claim(again, id.a2 ?? ""), await claim(again, below)]).toEqual([null, null]);
    expect(await claim(again, id.b ?? "")).toMatchObject({ state: "running" });
    expect(await states(again)).toMatchObject({ a2: "queued paused", a11: "queued paused" });
    expect(await again.transitions.queued(null, 10)).toEqual([]);
    again.close();
  });

  test("goes on when it is resumed, but not while the whole run is paused", async () => {
    const { store, id } = await tree();
    await store.transitions.pause("r", id.a ?? "", 3000);
    await store.transitions.pause("r", null, 3001);
    expect((await store.transitions.resume("r", id.a ?? "", 3002))?.ready).toEqual([]);
    expect(await claim(store, id.a1 ?? "")).toBeNull();
    const resumed = await store.transitions.resume("r", null, 3003);
    expect(resumed?.ready.map((delivery) => delivery.taskRunId)).toEqual([id.b, id.a1, id.a2]);
    expect(await claim(store, id.a1 ?? "")).toMatchObject({ state: "running" });
    expect((await store.runs.get("r"))?.pausedAt).toBeNull();
  });

  test("cannot be paused twice, nor resumed when it is not paused, nor paused once it has ended", async () => {
    const { store, id } = await tree();
    expect(await store.transitions.resume("r", id.a ?? "", 3000)).toBeNull();
    await store.transitions.pause("r", id.a ?? "", 3001);
    expect(await store.transitions.pause("r", id.a ?? "", 3002)).toBeNull();
    await succeed(store, id.b ?? "");
    expect(await store.transitions.pause("r", id.b ?? "", 3003)).toBeNull();
  });
});

describe("A cancelled part of a run", () => {
  test("ends with all below it, what runs and spawns meanwhile included, and the rest goes on", async () => {
    const { store, id } = await tree();
    const running = (await claim(store, id.a1 ?? "")) as TaskRun;
    const result = await store.transitions.cancelBelow("r", id.a ?? "", 3000);
    expect([result?.removed, result?.running]).toEqual([[id.a2], [id.a1]]);
    const spawned = draftSubtasks(running, ["a11"], store.newId);
    await store.transitions.succeed(ticketOf(running), { ...NOTHING_LEFT, spawned }, 3001);
    expect(await states(store)).toMatchObject({
      a2: "cancelled cancelled",
      a11: "cancelled cancelled",
      b: "queued created",
    });
    await succeed(store, id.b ?? "");
    expect(await store.runs.get("r")).toMatchObject({ state: "cancelled", counts: { cancelled: 2, skipped: 1 } });
  });

  test("stays so when the server dies before what runs has ended", async () => {
    const { store, id } = await tree();
    await claim(store, id.a1 ?? "");
    await store.transitions.cancelBelow("r", id.a ?? "", 3000);
    const again = await store.reopen("boot-2");
    await again.transitions.interruptLost(4000);
    expect((await states(again)).a1).toBe("cancelled interrupted");
    again.close();
  });
});

describe("Trying a part of a run again", () => {
  test("queues only what failed below it, while the run goes on", async () => {
    const { store, id } = await tree();
    for (const key of ["a1", "b"]) await fail(store, id[key] ?? "");
    const again = await store.transitions.retryBelow("r", id.a ?? "", true, 3000);
    expect(again?.ready.map((delivery) => delivery.taskRunId)).toEqual([id.a1]);
    expect(await states(store)).toMatchObject({ a1: "queued retried", b: "failed error", a2: "queued created" });
    expect(await store.transitions.retryBelow("r", id.a2 ?? "", true, 3001)).toBeNull();
  });

  test("of a run that has ended lets what could not start wait for it again, and start when all of it succeeded", async () => {
    const { store, id } = await tree();
    for (const key of ["a1", "b"]) await succeed(store, id[key] ?? "");
    await fail(store, id.a2 ?? "");
    expect(await store.runs.get("r")).toMatchObject({ state: "failed", counts: { skipped: 1 } });
    await store.transitions.retryBelow("r", null, true, 3000);
    expect(await states(store)).toMatchObject({ a2: "queued retried", report: "waiting retried" });
    await succeed(store, id.a2 ?? "");
    expect(await states(store)).toMatchObject({ report: "queued ready" });
  });

  test("starts what a cancellation of something above it had stopped", async () => {
    const { store, id } = await tree();
    await store.transitions.cancelBelow("r", id.a ?? "", 3000);
    await store.transitions.retryBelow("r", id.a1 ?? "", false, 3001);
    expect(await claim(store, id.a1 ?? "")).toMatchObject({ state: "running" });
    expect((await states(store)).a2).toBe("cancelled cancelled");
  });
});

test("How many task runs are below others is told by state, for any of them", async () => {
  const { store, id } = await tree();
  await fail(store, id.a1 ?? "");
  const totals = await store.taskRuns.totals([id.crawl ?? "", id.a ?? "", id.b ?? ""]);
  expect(totals.get(id.crawl ?? "")).toMatchObject({ succeeded: 1, failed: 1, queued: 2 });
  expect(totals.get(id.a ?? "")).toMatchObject({ succeeded: 0, failed: 1, queued: 1 });
  expect(totals.get(id.b ?? "")).toBeUndefined();
});

test("Below the only task of a run is all of the run but itself", async () => {
  const store = await makeStore();
  await store.transitions.create(draftRun("r", { [TASK]: [] }), 1000);
  await succeed(store, "r-crawl", ["a", "b"]);
  await fail(store, (await ids(store)).a ?? "");
  expect((await store.taskRuns.totals(["r-crawl"])).get("r-crawl")).toMatchObject({
    succeeded: 0,
    failed: 1,
    queued: 1,
  });
});
