import { describe, expect, test } from "vitest";
import type { TaskRun } from "../../../apps/server/core/entities.ts";
import { draftRun, draftSubtasks, makeStore, NOTHING_LEFT, type TestStore } from "../../support/store.ts";

const USAGE = { cpuMs: null, peakMemoryBytes: null };

/** A run whose root `/` has the subtasks `/a`, `/b`, `/c`; all claimed. */
async function crawl(): Promise<{ store: TestStore; claimed: Record<string, TaskRun> }> {
  const store = await makeStore();
  await store.transitions.create(draftRun("r"), 1);
  const root = await store.transitions.claim("r-example", 2);
  if (root === null) throw new Error("the root was not claimed");
  const spawned = draftSubtasks(root, ["/a", "/b", "/c"], store.newId);
  await store.transitions.succeed(ticket(root), { ...NOTHING_LEFT, ownKey: "/", ownLanding: "/home", spawned }, 3);
  const claimed: Record<string, TaskRun> = {};
  for (const { id, key } of spawned) claimed[key] = (await store.transitions.claim(id, 4)) as TaskRun;
  return { store, claimed };
}

function ticket({ id, runId, attempt }: TaskRun): { taskRunId: string; runId: string; attempt: number } {
  return { taskRunId: id, runId, attempt };
}

describe("An address where a page was found", () => {
  test("belongs to the first subtask that finds it, however often that asks", async () => {
    const { store, claimed } = await crawl();
    const [a, b] = [ticket(claimed["/a"] as TaskRun), ticket(claimed["/b"] as TaskRun)];
    const answers = await Promise.all([store.transitions.land(a, "/x"), store.transitions.land(b, "/x")]);
    expect([...answers, await store.transitions.land(a, "/x")]).toEqual([true, false, true]);
  });

  test("belongs to the subtask whose key it is, or to the root that was led there", async () => {
    const { store, claimed } = await crawl();
    const a = ticket(claimed["/a"] as TaskRun);
    expect([await store.transitions.land(a, "/b"), await store.transitions.land(a, "/home")]).toEqual([false, false]);
  });

  test("is free again when its subtask was turned away itself, so that two that lead to each other lose nothing", async () => {
    const { store, claimed } = await crawl();
    const [a, b] = [ticket(claimed["/a"] as TaskRun), ticket(claimed["/b"] as TaskRun)];
    await store.transitions.skip(a, "leads to /b", USAGE, 5, "duplicate");
    expect(await store.transitions.land(b, "/a")).toBe(true);
  });

  test("is not spawned again", async () => {
    const { store, claimed } = await crawl();
    const c = claimed["/c"] as TaskRun;
    await store.transitions.land(ticket(c), "/x");
    await store.transitions.succeed(
      ticket(c),
      { ...NOTHING_LEFT, spawned: draftSubtasks(c, ["/x", "/home", "/new"], store.newId) },
      5,
    );
    const { items } = await store.taskRuns.list("r", { parent: c.id });
    expect(items.map((item) => item.key)).toEqual(["/new"]);
  });

  test("cannot be taken by an attempt that lost its task run, and is kept by the one that follows", async () => {
    const { store, claimed } = await crawl();
    const a = claimed["/a"] as TaskRun;
    await store.transitions.land(ticket(a), "/x");
    const next = await store.reopen("boot-2");
    await next.transitions.interruptLost(6);
    const again = (await next.transitions.claim(a.id, 7)) as TaskRun;
    expect(await next.transitions.land(ticket(a), "/y")).toBe(false);
    expect(await next.transitions.land(ticket(again), "/x")).toBe(true);
    next.close();
  });
});
