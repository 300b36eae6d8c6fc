import { describe, expect, test } from "vitest";
import type { Facts, SightingDraft } from "../../../apps/server/core/recrawl.ts";
import type { RunDraft } from "../../../apps/server/core/run-store.ts";
import {
  draftRun,
  draftSubtasks,
  FAILURE,
  makeStore,
  NOTHING_LEFT,
  SPEC,
  type TestStore,
} from "../../support/store.ts";

const HEX: Readonly<Record<string, string>> = { a: "a".repeat(64), b: "b".repeat(64), c: "c".repeat(64) };

function seen(path: string, bytes = "a", what: "page" | "file" = "page"): SightingDraft {
  const facts: Facts = {
    ...{ sha256: HEX[bytes] ?? "", url: path, status: 200, headers: { etag: `"${bytes}"` }, type: "text/html" },
    ...{ tier: "http", body: HEX[bytes] ?? null, variant: "", name: "", size: 1 },
  };
  return { what, url: path, state: "seen", facts };
}

const note = (url: string, state: "same" | "gone" | "unknown"): SightingDraft => ({ what: "page", url, state });

/** One run of the same crawl whose only task run learns this. */
async function crawl(
  store: TestStore,
  id: string,
  sightings: readonly SightingDraft[],
  more: Partial<RunDraft> = {},
): Promise<void> {
  await store.transitions.create(draftRun(id, undefined, { name: "crawl", ...more }), store.time);
  await store.transitions.claim(`${id}-example`, store.time);
  const ticket = { taskRunId: `${id}-example`, runId: id, attempt: 1 };
  await store.transitions.succeed(ticket, { ...NOTHING_LEFT, sightings }, store.time);
}

async function found(store: TestStore, runId: string): Promise<string[]> {
  const { items } = await store.diffs.list(runId, { limit: 500 });
  return items.map(({ kind, what, url }) => `${kind} ${what} ${url}`);
}

const NONE = { new: 0, changed: 0, gone: 0, unchanged: 0 };

describe("the runs of a crawl", () => {
  test("tell what is new, changed, gone and unchanged since the run before", async () => {
    const store = await makeStore();
    await crawl(store, "r1", [seen("/1"), seen("/2"), seen("/3"), seen("/f", "a", "file")]);
    expect(await store.diffs.diff("r1")).toEqual({
      pages: { ...NONE, new: 3 },
      files: { ...NONE, new: 1 },
      complete: true,
    });
    await crawl(store, "r2", [note("/1", "same"), seen("/2", "b"), seen("/4"), seen("/f", "a", "file")]);
    expect(await found(store, "r2")).toEqual(["changed page /2", "new page /4", "gone page /3"]);
    expect(await store.diffs.diff("r2")).toEqual({
      pages: { new: 1, changed: 1, gone: 1, unchanged: 1 },
      files: { ...NONE, unchanged: 1 },
      complete: true,
    });
    const { items } = await store.diffs.list("r2", { kind: "changed" });
    expect(items).toMatchObject([{ sha256: HEX.b, before: HEX.a, taskRunId: "r2-example" }]);
  });

  test("remember what was last seen, and whether this run has seen it change", async () => {
    const store = await makeStore();
    await crawl(store, "r1", [seen("/1"), seen("/2")]);
    await crawl(store, "r2", [seen("/1", "b"), note("/2", "same")]);
    expect(await store.transitions.recall("r2", "page", "/1")).toMatchObject({
      facts: { sha256: HEX.b },
      changedInThisRun: true,
    });
    expect(await store.transitions.recall("r2", "page", "/2")).toMatchObject({ changedInThisRun: false });
    expect(await store.transitions.recall("r2", "file", "/2")).toBeNull();
  });

  test("know nothing of runs of another name or with another input", async () => {
    const store = await makeStore();
    await crawl(store, "r1", [seen("/1")], { input: { url: "a" } });
    await crawl(store, "r2", [seen("/2")], { input: { url: "b" } });
    await crawl(store, "r3", [seen("/2")], { input: { url: "a" }, name: "other" });
    expect(await found(store, "r2")).toEqual(["new page /2"]);
    expect(await found(store, "r3")).toEqual(["new page /2"]);
  });

  test("count an address once, however many task runs come by", async () => {
    const store = await makeStore();
    await crawl(store, "r1", [seen("/1")]);
    await crawl(store, "r2", [note("/1", "same"), seen("/1"), seen("/2"), seen("/2", "b")]);
    expect(await found(store, "r2")).toEqual(["new page /2"]);
  });

  test("tell a page that is not there any more at once, and once", async () => {
    const store = await makeStore();
    await crawl(store, "r1", [seen("/1"), seen("/2")]);
    await crawl(store, "r2", [note("/1", "same"), note("/2", "gone"), note("/never", "gone")]);
    expect(await found(store, "r2")).toEqual(["gone page /2"]);
    await crawl(store, "r3", [note("/1", "same"), note("/2", "gone")]);
    expect(await found(store, "r3")).toEqual([]);
    await crawl(store, "r4", [note("/1", "same"), seen("/2")]);
    expect(await found(store, "r4")).toEqual(["new page /2"]);
  });

  test("say nothing about a page that could not be looked at", async () => {
    const store = await makeStore();
    await crawl(store, "r1", [seen("/1"), seen("/2")]);
    await crawl(store, "r2", [note("/1", "same"), note("/2", "unknown")]);
    expect(await found(store, "r2")).toEqual([]);
    expect(await store.transitions.recall("r2", "page", "/2")).not.toBeNull();
  });
});

describe("a crawl that did not go through to its end", () => {
  test("calls nothing gone that it did not meet when a subtask failed, and keeps what it learned", async () => {
    const store = await makeStore();
    await crawl(store, "r1", [seen("/1"), seen("/2"), seen("/3")]);
    await store.transitions.create(draftRun("r2", undefined, { name: "crawl" }), store.time);
    const parent = await store.transitions.claim("r2-example", store.time);
    const ticket = { taskRunId: "r2-example", runId: "r2", attempt: 1 };
    const spawned = draftSubtasks(
      { id: "r2-example", root: "r2-example", task: "example", depth: 0 },
      ["/2"],
      store.newId,
    );
    await store.transitions.succeed(ticket, { ...NOTHING_LEFT, spawned, sightings: [seen("/1", "b")] }, store.time);
    expect(parent).not.toBeNull();
    const id = spawned[0]?.id ?? "";
    await store.transitions.claim(id, store.time);
    await store.transitions.fail({ taskRunId: id, runId: "r2", attempt: 1 }, FAILURE, store.time);
    expect(await found(store, "r2")).toEqual(["changed page /1"]);
    expect(await store.diffs.diff("r2")).toMatchObject({ complete: false });
    await crawl(store, "r3", [note("/1", "same"), note("/2", "same")]);
    expect(await found(store, "r3")).toEqual(["gone page /3"]);
  });

  test("calls nothing gone when a limit stopped it", async () => {
    const store = await makeStore();
    await crawl(store, "r1", [seen("/1"), seen("/2")]);
    await store.transitions.create(draftRun("r2", undefined, { name: "crawl" }), store.time);
    await store.transitions.claim("r2-example", store.time);
    await store.database.write(["UPDATE runs SET too_many = 1 WHERE id = 'r2'"]);
    const ticket = { taskRunId: "r2-example", runId: "r2", attempt: 1 };
    await store.transitions.succeed(ticket, { ...NOTHING_LEFT, sightings: [note("/1", "same")] }, store.time);
    expect((await store.runs.get("r2"))?.state).toBe("succeeded");
    expect(await found(store, "r2")).toEqual([]);
  });

  test("calls nothing gone that a newer run of the same crawl has seen meanwhile", async () => {
    const store = await makeStore();
    await crawl(store, "r1", [seen("/1")]);
    await store.transitions.create(draftRun("r2", undefined, { name: "crawl" }), store.time);
    await store.transitions.claim("r2-example", store.time);
    await crawl(store, "r3", [note("/1", "same"), seen("/3")]);
    const ticket = { taskRunId: "r2-example", runId: "r2", attempt: 1 };
    await store.transitions.succeed(ticket, { ...NOTHING_LEFT, sightings: [note("/1", "same")] }, store.time);
    expect(await found(store, "r2")).toEqual([]);
    expect(await store.transitions.recall("r3", "page", "/3")).not.toBeNull();
  });

  test("learns nothing from an attempt that lost its task run", async () => {
    const store = await makeStore();
    await store.transitions.create(draftRun("r1", undefined, { name: "crawl" }), store.time);
    await store.transitions.claim("r1-example", store.time);
    const stale = { taskRunId: "r1-example", runId: "r1", attempt: 7 };
    expect(await store.transitions.succeed(stale, { ...NOTHING_LEFT, sightings: [seen("/1")] }, store.time)).toBeNull();
    expect(await store.transitions.recall("r1", "page", "/1")).toBeNull();
    expect(await store.diffs.diff("r1")).toBeNull();
  });
});

/** One run of the same crawl: its root learns this, and of its pages some fail, which is tolerated; the others learn nothing. */
async function partly(
  store: TestStore,
  id: string,
  sightings: readonly SightingDraft[],
  pages: Readonly<Record<string, "ok" | "fails">>,
) {
  const draft = draftRun(id, undefined, { name: "crawl" });
  const tasks = draft.tasks.map((task) => ({ ...task, spec: { ...SPEC, tolerates: { count: 9 } } }));
  await store.transitions.create({ ...draft, tasks }, store.time);
  const root = await store.transitions.claim(`${id}-example`, store.time);
  if (root === null) throw new Error("the root could not be claimed");
  const spawned = draftSubtasks(root, Object.keys(pages), store.newId);
  const ticket = { taskRunId: root.id, runId: id, attempt: 1 };
  await store.transitions.succeed(ticket, { ...NOTHING_LEFT, spawned, sightings }, store.time);
  for (const page of spawned) await visit(store, id, page.id, pages[page.key] === "fails");
  expect((await store.runs.get(id))?.state).toBe("succeeded");
  return spawned;
}

async function visit(
  store: TestStore,
  runId: string,
  taskRunId: string,
  fails: boolean,
  sightings: readonly SightingDraft[] = [],
) {
  const attempt = (await store.transitions.claim(taskRunId, store.time))?.attempt ?? 0;
  const ticket = { taskRunId, runId, attempt };
  if (fails) await store.transitions.fail(ticket, FAILURE, store.time);
  else await store.transitions.succeed(ticket, { ...NOTHING_LEFT, sightings }, store.time);
}

const [ONE, TWO, SAME] = [seen("/1"), seen("/2"), note("/1", "same")];

describe("a crawl of which some pages failed, as is tolerated,", () => {
  test("calls neither them gone nor what only they may lead to", async () => {
    const store = await makeStore();
    await partly(store, "r1", [ONE, TWO, seen("/2/behind")], { "/2": "ok" });
    await partly(store, "r2", [SAME], { "/2": "fails" });
    expect(await found(store, "r2")).toEqual([]);
    expect(await store.diffs.diff("r2")).toMatchObject({ complete: false });
    expect(await store.transitions.recall("r2", "page", "/2")).not.toBeNull();
    await partly(store, "r3", [SAME], { "/2": "fails" });
    expect(await found(store, "r3")).toEqual([]);
    await partly(store, "r4", [SAME, note("/2", "same")], { "/2": "ok" });
    expect(await found(store, "r4")).toEqual(["gone page /2/behind"]);
  });

  test("calls gone what a run saw that had to do without the same pages", async () => {
    const store = await makeStore();
    await partly(store, "r1", [ONE, TWO, seen("/3")], { "/closed": "fails", "/other": "fails" });
    await partly(store, "r2", [SAME, note("/2", "same")], { "/closed": "fails" });
    expect(await found(store, "r2")).toEqual(["gone page /3"]);
    await partly(store, "r3", [SAME], { "/closed": "fails", "/new": "fails" });
    expect(await found(store, "r3")).toEqual([]);
    await partly(store, "r4", [SAME], { "/closed": "fails" });
    expect(await found(store, "r4")).toEqual(["gone page /2"]);
  });

  test("tells what is gone once the failed ones were tried again and went well", async () => {
    const store = await makeStore();
    await partly(store, "r1", [ONE, TWO, seen("/3")], { "/2": "ok" });
    const [page] = await partly(store, "r2", [SAME], { "/2": "fails" });
    await store.transitions.retryBelow("r2", null, true, store.time);
    await visit(store, "r2", page?.id ?? "", false, [note("/2", "same")]);
    expect(await found(store, "r2")).toEqual(["gone page /3"]);
    expect(await store.diffs.diff("r2")).toMatchObject({ complete: true });
  });
});
