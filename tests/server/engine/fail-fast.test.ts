import { expect, test } from "vitest";
import type { Tolerance } from "../../../apps/server/core/tolerance.ts";
import { makeEngine } from "../../support/engine.ts";
import { FAILED, operation, ran } from "../../support/operations.ts";

interface Given {
  readonly failFast?: true;
  readonly tolerates?: Tolerance;
  /** Which of the items fail. */
  readonly failing?: readonly number[];
}

/** A list of items one after the other; the second (or those that are `failing`) fails until it `works`. */
async function listOf({ tolerates, failing = [1], ...more }: Given) {
  const mended = { works: false };
  const definition = operation({
    items: { each: "${input.items}", with: { item: "${item}" }, ...more },
    after: { needs: ["items"] },
  });
  const [items, after] = definition.tasks;
  if (!items || !after) throw new Error("expected two tasks");
  const spec = { ...items.spec, concurrency: { of: "items", limit: 1 }, ...(tolerates && { tolerates }) };
  const alone = { ...items, spec };
  const house = await makeEngine([{ ...definition, tasks: [alone, after] }], async ({ input }) =>
    failing.includes(Number(input.item)) && !mended.works ? FAILED : { output: input.item ?? null },
  );
  const { id, by } = await ran(house, { items: [0, 1, 2, 3] });
  const states = async () => {
    const { items: all } = await house.store.taskRuns.list(id, { limit: 500 });
    return all.filter(({ parent }) => parent !== null).map(({ state, reason }) => `${state} ${reason}`);
  };
  return { house, id, by, states, mended };
}

test("A list runs to its end whatever fails, and what needs it does not start", async () => {
  const { by, states } = await listOf({});
  const gone = "succeeded completed";
  expect(await states()).toEqual([gone, "failed error", gone, gone]);
  expect(by("after")).toMatchObject({ state: "skipped", reason: "upstream_failed" });
});

test("Items of which one may run at a time begin in the order of their list", async () => {
  const begun: unknown[] = [];
  const list = operation({ items: { each: "${input.items}", with: { item: "${item}" } } });
  const tasks = list.tasks.map((task) => ({ ...task, spec: { ...task.spec, concurrency: { of: "items", limit: 1 } } }));
  const house = await makeEngine([{ ...list, tasks }], async ({ input }) => {
    begun.push(input.item);
    return {};
  });
  await ran(house, { items: [0, 1, 2, 3, 4, 5, 6, 7] });
  expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test("A list that fails fast begins nothing behind the first failure", async () => {
  const { by, states, house, id } = await listOf({ failFast: true });
  const left = "skipped fail_fast";
  expect(await states()).toEqual(["succeeded completed", "failed error", left, left]);
  expect(by("after")).toMatchObject({ state: "skipped", reason: "upstream_failed" });
  expect(await house.store.runs.get(id)).toMatchObject({ state: "failed", counts: { skipped: 3, failed: 1 } });
});

test.each(["the run", "the item that failed"])(
  "A retry of %s takes up what a list that fails fast has left out",
  async (what) => {
    const { house, id, by, states, mended } = await listOf({ failFast: true });
    mended.works = true;
    if (what === "the run") await house.engine.retry(id);
    else await house.engine.retryBelow(id, by("items", "1")?.id ?? "");
    await house.finished(id);
    expect(await states()).toEqual(Array.from({ length: 4 }, () => "succeeded completed"));
    expect((await house.store.runs.get(id))?.state).toBe("succeeded");
  },
);

test("A list that fails fast begins nothing behind the first failure that is not tolerated", async () => {
  const { by, states, house, id } = await listOf({ failFast: true, tolerates: { count: 1 }, failing: [0, 1] });
  const [failed, left] = ["failed error", "skipped fail_fast"];
  expect(await states()).toEqual([failed, failed, left, left]);
  expect(by("after")).toMatchObject({ state: "skipped", reason: "upstream_failed" });
  expect(await house.store.runs.get(id)).toMatchObject({ state: "failed", tolerated: 0 });
});

test("A list that fails fast goes on to its end while its failures are tolerated", async () => {
  const { by, states, house, id } = await listOf({ failFast: true, tolerates: { basisPoints: 2500 } });
  const gone = "succeeded completed";
  expect(await states()).toEqual([gone, "failed error", gone, gone]);
  expect(by("after")).toMatchObject({ state: "succeeded" });
  expect(await house.store.runs.get(id)).toMatchObject({ state: "succeeded", tolerated: 1 });
});
