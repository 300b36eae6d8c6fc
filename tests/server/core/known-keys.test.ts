import { expect, test } from "vitest";
import { createKnownKeys } from "../../../apps/server/core/known-keys.ts";
import { defineTask, makeEngine } from "../../support/engine.ts";

test("Keys are known per run and task", () => {
  const known = createKnownKeys();
  known.add("run", "task", "key");
  expect(known.has("run", "task", "key")).toBe(true);
  expect([known.has("other", "task", "key"), known.has("run", "other", "key")]).toEqual([false, false]);
});

test("The key that was not asked for longest is forgotten first", () => {
  const known = createKnownKeys(2);
  known.add("run", "task", "a");
  known.add("run", "task", "b");
  known.has("run", "task", "a");
  known.add("run", "task", "c");
  expect(["a", "b", "c"].map((key) => known.has("run", "task", key))).toEqual([true, false, true]);
});

test("A retry that starts over from a task runs the subtasks again that it had deleted", async () => {
  const seen: (string | null)[] = [];
  const { engine, submit, finished, store } = await makeEngine([defineTask("fan")], async ({ parent, key }) => {
    seen.push(key);
    const links = ["a", "b"].map((link) => ({ task: null, key: link, input: {} }));
    return { spawned: parent === null ? links : [links[0] as (typeof links)[0]] };
  });
  const run = await submit("fan");
  await finished(run);
  await engine.retry(run, { from: "fan" });
  await finished(run);
  expect(seen.toSorted()).toEqual(["a", "a", "b", "b", null, null]);
  expect((await store.runs.get(run))?.counts.succeeded).toBe(3);
});
