import { describe, expect, test } from "vitest";
import type { TaskRun } from "../../../apps/server/core/entities.ts";
import type { Ticket } from "../../../apps/server/core/run-store.ts";
import { draftRun, draftSubtasks, FAILURE, makeStore, NOTHING_LEFT, type TestStore } from "../../support/store.ts";

async function claimed(store: TestStore, id: string): Promise<{ taskRun: TaskRun; ticket: Ticket }> {
  const taskRun = await store.transitions.claim(id, store.time);
  if (taskRun === null) throw new Error(`${id} could not be claimed`);
  return { taskRun, ticket: { taskRunId: id, runId: taskRun.runId, attempt: taskRun.attempt } };
}

async function states(store: TestStore, runId: string): Promise<Record<string, string>> {
  const { items } = await store.taskRuns.list(runId, { limit: 500 });
  return Object.fromEntries(items.map((item) => [item.key ?? item.task, item.state]));
}

describe("a new run", () => {
  test("queues the tasks that need nothing and keeps the others waiting", async () => {
    const store = await makeStore();
    const { run, created, ready } = await store.transitions.create(
      draftRun("r", { a: [], b: ["a"], c: ["a"] }),
      store.time,
    );
    expect(created).toBe(true);
    expect(ready.map((delivery) => delivery.taskRunId)).toEqual(["r-a"]);
    expect(run.counts).toMatchObject({ queued: 1, waiting: 2 });
  });

  test("is the earlier run when its idempotency key is known", async () => {
    const store = await makeStore();
    await store.transitions.create(draftRun("r1", undefined, { idempotencyKey: "order 7" }), store.time);
    const again = await store.transitions.create(draftRun("r2", undefined, { idempotencyKey: "order 7" }), store.time);
    expect(again).toMatchObject({ created: false, ready: [], run: { id: "r1" } });
    expect((await store.runs.list({})).items).toHaveLength(1);
  });

  test("is the earlier run when its trigger has started one for the same nominal time", async () => {
    const store = await makeStore();
    const trigger = { kind: "cron", id: "entry", nominalAt: 5000, runId: null } as const;
    await store.transitions.create(draftRun("r1", undefined, { trigger }), store.time);
    const again = await store.transitions.create(draftRun("r2", undefined, { trigger }), store.time);
    expect(again.run.id).toBe("r1");
  });
});

describe("an attempt", () => {
  test("is claimed once, whoever else asks", async () => {
    const store = await makeStore();
    await store.transitions.create(draftRun("r"), store.time);
    const claims = await Promise.all([1, 2, 3].map(() => store.transitions.claim("r-example", store.time)));
    expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
  });

  test("that succeeds commits output, subtasks, records, files and report together", async () => {
    const store = await makeStore();
    await store.transitions.create(draftRun("r"), store.time);
    const { taskRun, ticket } = await claimed(store, "r-example");
    const file = {
      role: "download",
      name: "a.pdf",
      originalName: "../a",
      sha256: "a".repeat(64),
      size: 3,
      type: "application/pdf",
      url: "http://x/a.pdf",
    } as const;
    const settled = await store.transitions.succeed(
      ticket,
      {
        ...NOTHING_LEFT,
        output: { pages: 2 },
        spawned: draftSubtasks(taskRun, ["one", "two"], store.newId),
        records: [{ collection: "pages", key: null, data: { n: 1 } }],
        files: [file],
        report: { note: "fine" },
      },
      store.time,
    );
    expect(settled?.ready).toHaveLength(2);
    expect(settled?.finished).toEqual([]);
    expect(await states(store, "r")).toEqual({ example: "succeeded", one: "queued", two: "queued" });
    expect((await store.records.list("pages", {})).items[0]?.data).toEqual({ n: 1 });
    expect((await store.files.list("r", {})).items[0]).toMatchObject(file);
    expect(await store.runs.get("r")).toMatchObject({ report: { note: "fine" }, state: "running" });
  });

  test("may leave half an emoji behind anywhere", async () => {
    const store = await makeStore();
    await store.transitions.create(draftRun("r", undefined, { input: { cut: "\ud83c" } }), store.time);
    const { ticket } = await claimed(store, "r-example");
    const records = [{ collection: "pages", key: "\ud83c", data: { title: "\ud83c" } }];
    await store.transitions.succeed(
      ticket,
      { ...NOTHING_LEFT, output: "\ud83c", records, report: { note: "\ud83c" } },
      store.time,
    );
    await store.logs.append([
      { runId: "r", taskRunId: null, attempt: null, time: 1, stream: "log", level: "info", text: "\ud83c" },
    ]);
    const where = [{ path: ["title"], op: "=", value: "�" }] as const;
    expect((await store.records.list("pages", { where })).items).toHaveLength(1);
    expect((await store.logs.list("r", {}))[0]?.text).toBe("�");
  });

  test("that is stale writes nothing at all", async () => {
    const store = await makeStore();
    await store.transitions.create(draftRun("r"), store.time);
    const { ticket } = await claimed(store, "r-example");
    const stale = { ...ticket, attempt: ticket.attempt + 1 };
    const left = { ...NOTHING_LEFT, records: [{ collection: "pages", key: null, data: {} }] };
    expect(await store.transitions.succeed(stale, left, store.time)).toBeNull();
    expect(await store.records.collections()).toEqual([]);
    expect(await states(store, "r")).toEqual({ example: "running" });
  });

  test("that fails with tries left goes back to the queue and keeps its history", async () => {
    const store = await makeStore();
    await store.transitions.create(draftRun("r"), store.time);
    const { ticket } = await claimed(store, "r-example");
    await store.transitions.retryLater(ticket, FAILURE, store.time + 500, store.time);
    expect(await store.taskRuns.get("r-example")).toMatchObject({
      state: "queued",
      reason: "retry",
      failures: 1,
      availableAt: store.time + 500,
    });
    await claimed(store, "r-example");
    expect((await store.taskRuns.attempts("r-example")).map((attempt) => attempt.state)).toEqual(["failed", "running"]);
  });
});

describe("a run", () => {
  test("ends when its last task run does, and says how many did what", async () => {
    const store = await makeStore();
    await store.transitions.create(draftRun("r", { a: [], b: [] }), store.time);
    await store.transitions.succeed((await claimed(store, "r-a")).ticket, NOTHING_LEFT, store.time);
    const settled = await store.transitions.fail((await claimed(store, "r-b")).ticket, FAILURE, store.time);
    expect(settled?.finished).toEqual([{ id: "r", name: "example", state: "failed" }]);
    expect(await store.runs.get("r")).toMatchObject({
      state: "failed",
      reason: "task_failed",
      summary: "2 task runs: 1 succeeded, 1 failed: it broke",
    });
    expect((await store.events.list({ runId: "r" })).map((event) => event.kind)).toContain("run.finished");
  });

  test("lets a task start only after all subtasks of what it needs succeeded", async () => {
    const store = await makeStore();
    await store.transitions.create(draftRun("r", { crawl: [], report: ["crawl"] }), store.time);
    const { taskRun, ticket } = await claimed(store, "r-crawl");
    const settled = await store.transitions.succeed(
      ticket,
      { ...NOTHING_LEFT, spawned: draftSubtasks(taskRun, ["page"], store.newId) },
      store.time,
    );
    expect(await states(store, "r")).toMatchObject({ crawl: "succeeded", report: "waiting" });
    const page = await claimed(store, settled?.ready[0]?.taskRunId ?? "");
    const last = await store.transitions.succeed(page.ticket, NOTHING_LEFT, store.time);
    expect(last?.ready.map((delivery) => delivery.taskRunId)).toEqual(["r-report"]);
  });

  test("skips everything downstream of a failure", async () => {
    const store = await makeStore();
    await store.transitions.create(draftRun("r", { a: [], b: ["a"], c: ["b"] }), store.time);
    await store.transitions.fail((await claimed(store, "r-a")).ticket, FAILURE, store.time);
    expect(await states(store, "r")).toEqual({ a: "failed", b: "skipped", c: "skipped" });
    expect((await store.runs.get("r"))?.state).toBe("failed");
  });

  test("spawned subtasks with a known key are not started again", async () => {
    const store = await makeStore();
    await store.transitions.create(draftRun("r"), store.time);
    const { taskRun, ticket } = await claimed(store, "r-example");
    const first = await store.transitions.succeed(
      ticket,
      { ...NOTHING_LEFT, spawned: draftSubtasks(taskRun, ["x", "y", "x"], store.newId) },
      store.time,
    );
    expect(first?.ready).toHaveLength(2);
    const x = await claimed(store, first?.ready[0]?.taskRunId ?? "");
    const second = await store.transitions.succeed(
      x.ticket,
      { ...NOTHING_LEFT, spawned: draftSubtasks(x.taskRun, ["y", "z"], store.newId) },
      store.time,
    );
    expect(second?.ready).toHaveLength(1);
    expect((await store.runs.get("r"))?.counts).toMatchObject({ succeeded: 2, queued: 2 });
  });

  test("starts no more subtasks than its limit, counts the others, and says so", async () => {
    const store = await makeStore();
    await store.transitions.create(draftRun("r"), store.time);
    const { taskRun, ticket } = await claimed(store, "r-example");
    const wanted = draftSubtasks(taskRun, ["a", "b", "c", "d", "e"], store.newId).map((draft) => ({
      ...draft,
      spec: { ...draft.spec, limits: { depth: 9, subtasks: 3 } },
    }));
    const settled = await store.transitions.succeed(ticket, { ...NOTHING_LEFT, spawned: wanted }, store.time);
    expect(settled?.ready).toHaveLength(3);
    expect((await store.runs.get("r"))?.notStarted).toMatchObject({ depth: 0, subtasks: 2 });
    for (const { taskRunId } of settled?.ready ?? [])
      await store.transitions.succeed((await claimed(store, taskRunId)).ticket, NOTHING_LEFT, store.time);
    expect((await store.runs.get("r"))?.summary).toBe("4 task runs: 4 succeeded; not started: 2 (limit subtasks)");
    expect((await store.events.list({ runId: "r" })).filter((event) => event.kind === "run.limited")).toHaveLength(1);
  });

  test("counts the page a crawl starts at as visited", async () => {
    const store = await makeStore();
    await store.transitions.create(draftRun("r"), store.time);
    const { taskRun, ticket } = await claimed(store, "r-example");
    const spawned = draftSubtasks(taskRun, ["start", "next"], store.newId);
    const settled = await store.transitions.succeed(ticket, { ...NOTHING_LEFT, ownKey: "start", spawned }, store.time);
    expect(settled?.ready).toHaveLength(1);
    expect(await states(store, "r")).toEqual({ start: "succeeded", next: "queued" });
  });

  test("that is cancelled takes back what has not started and lets what runs end as cancelled", async () => {
    const store = await makeStore();
    await store.transitions.create(draftRun("r", { a: [], b: [], c: ["a"] }), store.time);
    const { ticket } = await claimed(store, "r-a");
    const result = await store.transitions.requestCancel("r", store.time);
    expect(result).toMatchObject({ running: ["r-a"], finished: [] });
    expect([...(result?.removed ?? [])].sort()).toEqual(["r-b", "r-c"]);
    const settled = await store.transitions.cancelled(ticket, NOTHING_LEFT.usage, store.time);
    expect(settled?.finished[0]?.state).toBe("cancelled");
    expect(await store.transitions.requestCancel("r", store.time)).toBeNull();
  });

  test("that failed is retried from what did not succeed", async () => {
    const store = await makeStore();
    await store.transitions.create(draftRun("r", { a: [], b: ["a"], c: ["b"] }), store.time);
    await store.transitions.succeed((await claimed(store, "r-a")).ticket, NOTHING_LEFT, store.time);
    await store.transitions.fail((await claimed(store, "r-b")).ticket, FAILURE, store.time);
    const settled = await store.transitions.retry("r", store.time);
    expect(settled?.ready.map((delivery) => delivery.taskRunId)).toEqual(["r-b"]);
    expect(await states(store, "r")).toEqual({ a: "succeeded", b: "queued", c: "waiting" });
    expect(await store.runs.get("r")).toMatchObject({ state: "running", finishedAt: null });
  });
});

describe("after a crash", () => {
  test("the next life queues what the last one was running, under a new attempt", async () => {
    const store = await makeStore("boot-1");
    await store.transitions.create(draftRun("r"), store.time);
    const { ticket } = await claimed(store, "r-example");
    const next = await store.reopen("boot-2");
    const lost = await next.transitions.interruptLost(store.time);
    expect(lost).toMatchObject({ interrupted: 1, ready: [{ taskRunId: "r-example" }] });
    expect(await next.taskRuns.get("r-example")).toMatchObject({ state: "queued", reason: "interrupted", failures: 0 });
    expect((await next.taskRuns.attempts("r-example"))[0]).toMatchObject({ state: "interrupted" });
    await next.transitions.claim("r-example", store.time);
    expect(await next.transitions.succeed(ticket, NOTHING_LEFT, store.time)).toBeNull();
    next.close();
  });

  test("a task run that loses its server again and again fails in the end", async () => {
    const store = await makeStore("boot-0");
    await store.transitions.create(draftRun("r"), store.time);
    let current = await store.reopen("life-0");
    for (let life = 1; life <= 11; life++) {
      await current.transitions.claim("r-example", store.time);
      current.close();
      current = await store.reopen(`life-${life}`);
      await current.transitions.interruptLost(store.time);
    }
    expect(await current.taskRuns.get("r-example")).toMatchObject({ state: "failed", reason: "interrupted" });
    expect((await current.runs.get("r"))?.state).toBe("failed");
    current.close();
  });
});

describe("the tables", () => {
  test.each([
    ["a running task run without an owner", "UPDATE task_runs SET state = 'running'"],
    ["a finish time on what is not final", "UPDATE task_runs SET finished_at = 1"],
    ["a final run with open task runs", "UPDATE runs SET state = 'succeeded', finished_at = 1"],
    ["a state nobody knows", "UPDATE runs SET state = 'done'"],
  ])("refuse %s", async (_what, sql) => {
    const store = await makeStore();
    await store.transitions.create(draftRun("r"), store.time);
    await expect(store.database.write([sql])).rejects.toThrow(/CHECK constraint failed/);
  });
});
