import { describe, expect, test } from "vitest";
import { defineOperation, defineTask, makeEngine, type TestEngine } from "../../support/engine.ts";

/** Subtasks that wait for the test: `crawl` spawns `count` of them, and each says when it has begun. */
async function crawl(count: number): Promise<{ house: TestEngine; begun: string[]; open(): void }> {
  const begun: string[] = [];
  const gate = Promise.withResolvers<void>();
  const definitions = [defineTask("crawl"), defineOperation("o", { crawl: [], report: ["crawl"] })];
  const house = await makeEngine(definitions, async ({ key, task, input }) => {
    if (task === "report") return { output: input };
    if (key === null)
      return { spawned: Array.from({ length: count }, (_, n) => ({ task: null, key: `k${n}`, input: {} })) };
    begun.push(key);
    await gate.promise;
    return {};
  });
  return { house, begun, open: () => gate.resolve() };
}

async function running(house: TestEngine, id: string, count: number): Promise<void> {
  for (;;) {
    const seen = house.next((notice) => notice.type === "task_run" && notice.state === "running");
    if ((await house.store.runs.get(id))?.counts.running === count) return;
    await seen;
  }
}

describe("A paused run", () => {
  test("lets what runs end, takes no worker for the rest, and goes on where it was when it is resumed", async () => {
    const { house, begun, open } = await crawl(12);
    const id = await house.submit("crawl");
    await running(house, id, 4);
    expect((await house.engine.pause(id)).pausedAt).not.toBeNull();
    const ended = house.next((notice) => notice.type === "task_run" && notice.state === "succeeded");
    open();
    await ended;
    const other = await house.submit("crawl");
    await house.finished(other);
    expect(begun).toHaveLength(4 + 12);
    expect((await house.store.runs.get(id))?.counts).toMatchObject({ succeeded: 5, queued: 8, running: 0 });
    await house.engine.resume(id);
    await house.finished(id);
    expect((await house.store.runs.get(id))?.counts).toMatchObject({ succeeded: 13 });
  });
});

test("A cancelled task run takes all below it along, and what waits for it is skipped", async () => {
  const { house, open } = await crawl(6);
  const id = await house.submit("o");
  await running(house, id, 4);
  const root = (await house.store.taskRuns.list(id, { parent: "none" })).items[0];
  await house.engine.cancelBelow(id, root?.id ?? "");
  open();
  await house.finished(id);
  const run = await house.store.runs.get(id);
  expect(run?.counts.skipped).toBe(1);
  expect(run?.counts.cancelled).toBeGreaterThanOrEqual(2);
});

test("What is to be paused must be there, and open", async () => {
  const { house, open } = await crawl(1);
  open();
  const id = await house.submit("crawl");
  await house.finished(id);
  await expect(house.engine.pause(id)).rejects.toMatchObject({ code: "conflict" });
  await expect(house.engine.resume(id)).rejects.toMatchObject({ code: "conflict" });
  await expect(house.engine.pause(id, "nobody")).rejects.toMatchObject({ code: "unknown_run" });
});
