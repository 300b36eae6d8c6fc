import { describe, expect, test } from "vitest";
import type { Hook } from "../../../apps/server/core/operation.ts";
import type { RunDraft, Settled } from "../../../apps/server/core/run-store.ts";
import { draftRun, FAILURE, makeStore, NOTHING_LEFT, type TestStore } from "../../support/store.ts";

interface More {
  readonly fallbacks?: Readonly<Record<string, string>>;
  readonly hooks?: Readonly<Record<string, Hook>>;
  readonly run?: Partial<RunDraft>;
}

/** A run `r` of tasks with what they need, their fallbacks (by whom they stand in for) and hooks. */
async function start(needs: Readonly<Record<string, readonly string[]>>, more: More = {}): Promise<TestStore> {
  const store = await makeStore();
  const extra = Object.fromEntries(Object.keys({ ...more.fallbacks, ...more.hooks }).map((name) => [name, []]));
  const draft = draftRun("r", { ...needs, ...extra }, more.run);
  const tasks = draft.tasks.map((task) => {
    const [fallbackFor, hook] = [more.fallbacks?.[task.task], more.hooks?.[task.task]];
    return {
      ...task,
      ...(fallbackFor === undefined ? {} : { fallbackFor: `r-${fallbackFor}` }),
      ...(hook === undefined ? {} : { hook }),
    };
  });
  await store.transitions.create({ ...draft, tasks }, store.time);
  return store;
}

async function end(store: TestStore, task: string, how: "succeed" | "fail" | "condition"): Promise<Settled | null> {
  const taskRun = await store.transitions.claim(`r-${task}`, store.time);
  if (taskRun === null) throw new Error(`${task} could not be claimed`);
  const ticket = { taskRunId: taskRun.id, runId: "r", attempt: taskRun.attempt };
  if (how === "succeed") return store.transitions.succeed(ticket, NOTHING_LEFT, store.time);
  if (how === "fail") return store.transitions.fail(ticket, FAILURE, store.time);
  return store.transitions.skip(ticket, "no", NOTHING_LEFT.usage, store.time, "condition");
}

async function states(store: TestStore): Promise<Record<string, string>> {
  const { items } = await store.taskRuns.list("r", {});
  return Object.fromEntries(items.map((item) => [item.task, item.state]));
}

describe("a task whose condition does not hold", () => {
  test("lets what needs it go on", async () => {
    const store = await start({ a: [], b: ["a"] });
    const settled = await end(store, "a", "condition");
    expect(settled?.ready.map((delivery) => delivery.task)).toEqual(["b"]);
    await end(store, "b", "succeed");
    expect(await store.runs.get("r")).toMatchObject({ state: "succeeded", counts: { skipped: 1, succeeded: 1 } });
  });
});

describe("a fallback", () => {
  test("is skipped when what it stands in for succeeded", async () => {
    const store = await start({ a: [], b: ["a"] }, { fallbacks: { f: "a" } });
    await end(store, "a", "succeed");
    expect(await states(store)).toEqual({ a: "succeeded", b: "queued", f: "skipped" });
    expect((await store.taskRuns.get("r-f"))?.reason).toBe("not_needed");
  });

  test("starts when that failed, and what needs it waits", async () => {
    const store = await start({ a: [], b: ["a"] }, { fallbacks: { f: "a" } });
    await end(store, "a", "fail");
    expect(await states(store)).toEqual({ a: "failed", b: "waiting", f: "queued" });
  });

  test("that succeeds counts for what needs it and for the run", async () => {
    const store = await start({ a: [], b: ["a"] }, { fallbacks: { f: "a" } });
    await end(store, "a", "fail");
    await end(store, "f", "succeed");
    expect(await states(store)).toEqual({ a: "failed", b: "queued", f: "succeeded" });
    await end(store, "b", "succeed");
    expect(await store.runs.get("r")).toMatchObject({ state: "succeeded", reason: "completed" });
  });

  test("that fails too takes what needs it down", async () => {
    const store = await start({ a: [], b: ["a"] }, { fallbacks: { f: "a" } });
    await end(store, "a", "fail");
    await end(store, "f", "fail");
    expect(await states(store)).toEqual({ a: "failed", b: "skipped", f: "failed" });
    expect(await store.runs.get("r")).toMatchObject({ state: "failed", reason: "task_failed" });
  });

  test("is not needed when what it stands in for never started", async () => {
    const store = await start({ x: [], a: ["x"], b: ["a"] }, { fallbacks: { f: "a" } });
    await end(store, "x", "fail");
    expect(await states(store)).toEqual({ x: "failed", a: "skipped", b: "skipped", f: "skipped" });
    expect((await store.runs.get("r"))?.state).toBe("failed");
  });

  test("does not cover the failure of another task", async () => {
    const store = await start({ a: [], other: [] }, { fallbacks: { f: "a" } });
    await end(store, "a", "fail");
    await end(store, "f", "succeed");
    await end(store, "other", "fail");
    expect((await store.runs.get("r"))?.state).toBe("failed");
    expect(await store.transitions.outcome("r")).toEqual({ state: "failed", failed: ["other"], error: "it broke" });
  });

  test("gives its output in the name of what it stands in for", async () => {
    const store = await start({ a: [] }, { fallbacks: { f: "a" } });
    await end(store, "a", "fail");
    const claimed = await store.transitions.claim("r-f", store.time);
    const ticket = { taskRunId: "r-f", runId: "r", attempt: claimed?.attempt ?? 0 };
    await store.transitions.succeed(ticket, { ...NOTHING_LEFT, output: { n: 1 } }, store.time);
    const facts = await store.transitions.facts("r", ["a"], []);
    expect(facts.get("a")).toMatchObject({ state: "failed", output: { n: 1 }, error: { message: "it broke" } });
  });
});

describe("hooks", () => {
  const hooks = { good: "success", bad: "failure", always: "finish" } as const;

  test("wait until everything else has ended, then start by how it ended", async () => {
    const store = await start({ a: [], b: ["a"] }, { hooks });
    await end(store, "a", "succeed");
    expect(await states(store)).toMatchObject({ b: "queued", good: "waiting", bad: "waiting", always: "waiting" });
    const settled = await end(store, "b", "succeed");
    expect(settled?.ready.map((delivery) => delivery.task)).toEqual(["good", "always"]);
    expect(settled?.finished).toEqual([]);
    expect(await states(store)).toMatchObject({ good: "queued", bad: "skipped", always: "queued" });
  });

  test("of failure start when a task failed", async () => {
    const store = await start({ a: [], b: ["a"] }, { hooks });
    await end(store, "a", "fail");
    expect(await states(store)).toMatchObject({ b: "skipped", good: "skipped", bad: "queued", always: "queued" });
    await end(store, "bad", "succeed");
    const settled = await end(store, "always", "succeed");
    expect(settled?.finished).toEqual([{ id: "r", name: "example", state: "failed" }]);
  });

  test("that fail do not change what the run ended as", async () => {
    const store = await start({ a: [] }, { hooks: { good: "success" } });
    await end(store, "a", "succeed");
    await end(store, "good", "fail");
    expect(await store.runs.get("r")).toMatchObject({ state: "succeeded", counts: { failed: 1 } });
  });

  test("none of which is asked for let the run end at once", async () => {
    const store = await start({ a: [] }, { hooks: { bad: "failure" } });
    const settled = await end(store, "a", "succeed");
    expect(settled?.finished[0]?.state).toBe("succeeded");
  });

  test("are cancelled with the run", async () => {
    const store = await start({ a: [] }, { hooks });
    const cancelled = await store.transitions.requestCancel("r", store.time);
    expect(cancelled?.finished[0]?.state).toBe("cancelled");
  });

  test("run again at the end of a retry", async () => {
    const store = await start({ a: [] }, { hooks });
    await end(store, "a", "fail");
    await end(store, "bad", "succeed");
    await end(store, "always", "succeed");
    await store.transitions.retry("r", store.time);
    expect(await states(store)).toEqual({ a: "queued", good: "waiting", bad: "waiting", always: "waiting" });
    const settled = await end(store, "a", "succeed");
    expect(settled?.ready.map((delivery) => delivery.task)).toEqual(["good", "always"]);
  });
});

describe("a run with a timeout", () => {
  test("ends as failed with that reason, and its hooks still run", async () => {
    const store = await start({ a: [], b: ["a"] }, { hooks: { bad: "failure" }, run: { timeout: 500 } });
    expect(await store.transitions.nextExpiry()).toBeNull();
    const claimed = await store.transitions.claim("r-a", store.time);
    expect(await store.transitions.nextExpiry()).toBe(store.time + 500);
    expect(await store.transitions.expire(store.time + 499)).toEqual([]);
    const [expired] = await store.transitions.expire(store.time + 500);
    expect(expired).toMatchObject({ runId: "r", running: ["r-a"], removed: ["r-b"], finished: [] });
    const ticket = { taskRunId: "r-a", runId: "r", attempt: claimed?.attempt ?? 0 };
    const settled = await store.transitions.cancelled(ticket, NOTHING_LEFT.usage, store.time);
    expect(settled?.ready.map((delivery) => delivery.task)).toEqual(["bad"]);
    await end(store, "bad", "succeed");
    expect(await store.runs.get("r")).toMatchObject({ state: "failed", reason: "timeout" });
    expect(await store.transitions.expire(store.time + 9999)).toEqual([]);
  });

  test("lets no attempt be tried again", async () => {
    const store = await start({ a: [] }, { run: { timeout: 500 } });
    const claimed = await store.transitions.claim("r-a", store.time);
    await store.transitions.expire(store.time + 500);
    const ticket = { taskRunId: "r-a", runId: "r", attempt: claimed?.attempt ?? 0 };
    const settled = await store.transitions.retryLater(ticket, FAILURE, store.time, store.time);
    expect(settled).toMatchObject({ finished: [{ state: "failed" }] });
  });

  test("that ended in time has no deadline left", async () => {
    const store = await start({ a: [] }, { run: { timeout: 500 } });
    await end(store, "a", "succeed");
    expect(await store.transitions.nextExpiry()).toBeNull();
  });
});
