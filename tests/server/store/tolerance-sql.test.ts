import { describe, expect, test } from "vitest";
import type { Hook } from "../../../apps/server/core/operation.ts";
import type { Settled } from "../../../apps/server/core/run-store.ts";
import { parseTolerance, tolerates } from "../../../apps/server/core/tolerance.ts";
import {
  draftRun,
  draftSubtasks,
  FAILURE,
  makeStore,
  NOTHING_LEFT,
  SPEC,
  type TestStore,
} from "../../support/store.ts";

interface Given {
  readonly tolerated?: number | string;
  /** How its subtasks end, in order. */
  readonly ends: string;
  readonly remote?: boolean;
  /** False: without `mend`. */
  readonly fallback?: false;
}

interface Crawl {
  readonly store: TestStore;
  readonly settled: Settled | null;
  /** Ids of the subtasks, in order. */
  readonly ids: readonly string[];
}

const TASKS = { crawl: [], report: ["crawl"], mend: [], good: [], bad: [] };
const HOOKS: Readonly<Record<string, Hook>> = { good: "success", bad: "failure" };

/** A run `r`: `crawl` with subtasks that end as told (`s`ucceeded, `f`ailed, `c`ancelled, `?` not yet), its fallback `mend`, then `report`, and hooks. */
async function crawl({ tolerated, ends, remote = false, fallback }: Given): Promise<Crawl> {
  const store = await makeStore("boot-1", remote);
  const tolerance = parseTolerance(tolerated);
  const draft = draftRun("r", TASKS);
  const wanted = draft.tasks.filter(({ task }) => fallback !== false || task !== "mend");
  const tasks = wanted.map((task) => ({
    ...task,
    ...(task.task === "crawl" && tolerance !== null ? { spec: { ...SPEC, tolerates: tolerance } } : {}),
    ...(task.task === "mend" ? { fallbackFor: "r-crawl" } : {}),
    ...(HOOKS[task.task] === undefined ? {} : { hook: HOOKS[task.task] as Hook }),
  }));
  await store.transitions.create({ ...draft, tasks }, store.time);
  const root = await store.transitions.claim("r-crawl", store.time);
  if (root === null) throw new Error("the root could not be claimed");
  const spawned = draftSubtasks(
    root,
    Array.from(ends, (_how, at) => `page ${at}`),
    store.newId,
  );
  const ticket = { taskRunId: "r-crawl", runId: "r", attempt: root.attempt };
  let settled = await store.transitions.succeed(ticket, { ...NOTHING_LEFT, spawned }, store.time);
  const ids = spawned.map(({ id }) => id);
  for (const [at, id] of ids.entries()) if (ends[at] !== "?") settled = await end(store, id, ends[at] ?? "");
  return { store, settled, ids };
}

async function end(store: TestStore, id: string, how: string): Promise<Settled | null> {
  if (how === "c") return store.transitions.cancelBelow("r", id, store.time);
  const claimed = await store.transitions.claim(id, store.time);
  const ticket = { taskRunId: id, runId: "r", attempt: claimed?.attempt ?? 0 };
  return how === "f"
    ? store.transitions.fail(ticket, FAILURE, store.time)
    : store.transitions.succeed(ticket, NOTHING_LEFT, store.time);
}

/** Ends everything that is ready until the run is final. */
async function finish({ store }: Crawl): Promise<string> {
  for (const task of ["report", "mend", "good", "bad"])
    if ((await store.taskRuns.get(`r-${task}`))?.state === "queued") await end(store, `r-${task}`, "s");
  const run = await store.runs.get("r");
  return `${run?.state} ${run?.reason}`;
}

async function states({ store }: Crawl): Promise<Record<string, string>> {
  const { items } = await store.taskRuns.list("r", { parent: "none" });
  return Object.fromEntries(items.map((item) => [item.task, item.state]));
}

const WELL = { crawl: "succeeded", report: "queued", mend: "skipped", good: "waiting", bad: "waiting" };

describe.each([
  ["in a file", false],
  ["on a server", true],
])("Failures that are tolerated, %s,", (_where, remote) => {
  test("let what needs the task go on, need no fallback, and start the hooks of success", async () => {
    const crawled = await crawl({ tolerated: "25%", ends: "sfss", remote });
    expect(crawled.settled?.ready.map(({ task }) => task)).toEqual(["report"]);
    expect(await states(crawled)).toEqual(WELL);
    expect(await finish(crawled)).toBe("succeeded completed");
    expect(await states(crawled)).toEqual({ ...WELL, report: "succeeded", good: "succeeded", bad: "skipped" });
    expect(await crawled.store.runs.get("r")).toMatchObject({
      summary: "9 task runs: 6 succeeded, 1 failed (tolerated), 2 skipped: it broke",
      ...{ tolerated: 1, counts: { failed: 1 } },
    });
    expect(await crawled.store.transitions.outcome("r")).toMatchObject({ state: "succeeded", failed: [] });
  });

  test("and one more fail the task, for its fallback, for what needs it and for the run", async () => {
    const crawled = await crawl({ tolerated: 1, ends: "sffs", remote });
    expect(await states(crawled)).toMatchObject({ mend: "queued", report: "waiting" });
    await end(crawled.store, "r-mend", "f");
    expect(await finish(crawled)).toBe("failed task_failed");
    expect(await states(crawled)).toMatchObject({ report: "skipped", good: "skipped", bad: "succeeded" });
    expect((await crawled.store.runs.get("r"))?.summary).toMatch(/, 3 failed, /);
  });

  test("are tried again in a run that succeeded, which says then that nothing failed", async () => {
    const crawled = await crawl({ tolerated: 2, ends: "fsf", remote });
    await finish(crawled);
    const { store, ids } = crawled;
    const again = await store.transitions.retryBelow("r", null, true, store.time);
    expect(again?.ready.map(({ taskRunId }) => taskRunId)).toEqual([ids[0], ids[2]]);
    expect(await store.runs.get("r")).toMatchObject({ state: "running", tolerated: 0, summary: null });
    await end(store, ids[0] ?? "", "s");
    await end(store, ids[2] ?? "", "f");
    expect(await finish(crawled)).toBe("succeeded completed");
    expect(await store.runs.get("r")).toMatchObject({ tolerated: 1, counts: { failed: 1 } });
    expect((await store.transitions.retry("r", store.time))?.ready.map(({ taskRunId }) => taskRunId)).toEqual([ids[2]]);
    await end(store, ids[2] ?? "", "s");
    expect(await finish(crawled)).toBe("succeeded completed");
    expect(await store.runs.get("r")).toMatchObject({ tolerated: 0, counts: { failed: 0 } });
    expect(await states(crawled)).toMatchObject({ report: "succeeded", mend: "skipped" });
  });
});

test("Failures that are more than tolerated are few enough once some of them went well in a retry", async () => {
  const crawled = await crawl({ tolerated: 1, ends: "sff", fallback: false });
  const { store, ids } = crawled;
  expect(await finish(crawled)).toBe("failed task_failed");
  await store.transitions.retry("r", store.time);
  await end(store, ids[1] ?? "", "s");
  await end(store, ids[2] ?? "", "f");
  expect(await states(crawled)).toMatchObject({ crawl: "succeeded", report: "queued" });
  expect(await finish(crawled)).toBe("succeeded completed");
});

describe("A task that tolerates failures", () => {
  test("starts its fallback when some were cancelled", async () => {
    const crawled = await crawl({ tolerated: 5, ends: "fsc" });
    expect(await states(crawled)).toMatchObject({ report: "waiting", mend: "queued" });
  });

  test("waits for all below it before it says so", async () => {
    const open = await crawl({ tolerated: 1, ends: "f?" });
    expect(await states(open)).toMatchObject({ report: "waiting", mend: "waiting" });
    await end(open.store, open.ids[1] ?? "", "f");
    expect(await states(open)).toMatchObject({ report: "waiting", mend: "queued" });
  });

  test("fails when it fails itself", async () => {
    const store = await makeStore();
    const [root] = draftRun("r", { crawl: [] }).tasks;
    if (!root) throw new Error("expected a task");
    const tasks = [{ ...root, spec: { ...SPEC, tolerates: { basisPoints: 10_000 } } }];
    await store.transitions.create({ ...draftRun("r"), tasks }, store.time);
    await end(store, "r-crawl", "f");
    expect(await store.runs.get("r")).toMatchObject({ state: "failed", tolerated: 0, summary: "1 failed: it broke" });
  });

  test("does not tolerate that some were cancelled, and what failed beside them does not fail the run", async () => {
    const crawled = await crawl({ tolerated: 5, ends: "fsc", fallback: false });
    expect(await states(crawled)).toMatchObject({ report: "skipped" });
    expect(await finish(crawled)).toBe("cancelled cancelled");
    expect((await crawled.store.runs.get("r"))?.tolerated).toBe(1);
  });

  test("does not take those that were cancelled for failures", async () => {
    const within = await crawl({ tolerated: 1, ends: "fcc", fallback: false });
    expect(await finish(within)).toBe("cancelled cancelled");
    const over = await crawl({ tolerated: 1, ends: "ffc", fallback: false });
    expect(await finish(over)).toBe("failed task_failed");
  });

  test("lets a run that a person cancels end as cancelled, not as failed", async () => {
    const { store } = await crawl({ tolerated: 1, ends: "f???", fallback: false });
    await store.transitions.requestCancel("r", store.time);
    const run = await store.runs.get("r");
    expect(run).toMatchObject({ state: "cancelled", tolerated: 1, counts: { failed: 1, cancelled: 6 } });
    expect(run?.summary).toMatch(/, 1 failed \(tolerated\), 6 cancelled/);
  });

  test("says nothing for the failures of another", async () => {
    const crawled = await crawl({ tolerated: 1, ends: "fs" });
    await end(crawled.store, "r-report", "f");
    expect(await finish(crawled)).toBe("failed task_failed");
    const run = await crawled.store.runs.get("r");
    expect(run?.summary).toMatch(/, 2 failed \(1 of them tolerated\), /);
    expect(await crawled.store.transitions.outcome("r")).toMatchObject({ failed: ["report"] });
  });
});

test.each([
  ["5%", "ssssssssssssssssssssf".slice(1)],
  ["5%", "sssssssssssssssssssf".slice(1)],
  ["0.01%", "f"],
  ["33.33%", "fss"],
  ["33.34%", "fss"],
  ["100%", "fff"],
  [3, "fff"],
  [2, "fff"],
])("The database and the rule agree whether %j tolerates the failures in %s", async (tolerated, ends) => {
  const crawled = await crawl({ tolerated, ends });
  const failed = [...ends].filter((how) => how === "f").length;
  const within = tolerates(parseTolerance(tolerated) ?? undefined, failed, ends.length);
  expect((await states(crawled)).report).toBe(within ? "queued" : "waiting");
});
