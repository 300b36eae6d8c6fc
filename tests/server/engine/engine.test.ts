import { describe, expect, test } from "vitest";
import { NO_RETRY } from "../../../apps/server/core/definition.ts";
import type { Outcome } from "../../../apps/server/core/execution.ts";
import { defineOperation, defineTask, makeEngine } from "../../support/engine.ts";

const FAILED: Outcome = {
  ...{
    type: "failed",
    reason: "error",
    error: { code: "error", message: "it broke" },
    retryable: true,
    retryAfter: null,
  },
  ...{ files: [], usage: { cpuMs: null, peakMemoryBytes: null } },
};

describe("a submitted run", () => {
  test("is executed, with its output and log kept", async () => {
    const house = await makeEngine([defineTask("greet")], async ({ input }, host) => {
      host.log({ stream: "log", level: "info", time: 1, text: "hello" });
      return { output: input };
    });
    const id = await house.submit("greet", { name: "Ada" });
    await house.finished(id);
    const [taskRun] = (await house.store.taskRuns.list(id, {})).items;
    expect(taskRun).toMatchObject({
      state: "succeeded",
      reason: "completed",
      attempt: 1,
      output: { name: "Ada" },
      node: "node-a",
    });
    expect((await house.store.logs.list(id, {})).map((entry) => entry.text)).toEqual(["hello"]);
  });

  test("of an unknown task is refused, naming the known ones", async () => {
    const house = await makeEngine([defineTask("greet")], async () => ({}));
    await expect(house.submit("great")).rejects.toThrow(/got "great"; known are greet/);
    expect((await house.store.runs.list({})).items).toEqual([]);
  });

  test("with wrong input is refused before anything is written", async () => {
    const house = await makeEngine([defineTask("greet")], async () => ({}));
    await expect(house.submit("greet", { wrong: 1 })).rejects.toMatchObject({ code: "invalid_input" });
    expect((await house.store.runs.list({})).items).toEqual([]);
  });

  test("fans out into subtasks, each once by its key, however often it is spawned", async () => {
    const house = await makeEngine([defineTask("crawl")], async ({ input }) => {
      const depth = Number(input.depth);
      const spawned =
        depth === 0
          ? []
          : ["a", "b", "a"].map((key) => ({ task: null, key: `${key}${depth}`, input: { depth: depth - 1 } }));
      return { spawned, records: [{ collection: "pages", key: null, data: { depth } }] };
    });
    const id = await house.submit("crawl", { depth: 3 });
    await house.finished(id);
    expect((await house.store.runs.get(id))?.counts).toMatchObject({ succeeded: 7, failed: 0 });
    expect((await house.store.records.list("pages", {})).items).toHaveLength(7);
  });

  test("that spawns itself without end ends at its depth", async () => {
    const house = await makeEngine(
      [defineTask("endless", { spec: { limits: { depth: 4, subtasks: 1000 } } })],
      async ({ input }) => ({
        spawned: [{ task: null, key: `n${Number(input.n) + 1}`, input: { n: Number(input.n) + 1 } }],
      }),
    );
    const id = await house.submit("endless", { n: 0 });
    await house.finished(id);
    expect(await house.store.runs.get(id)).toMatchObject({
      state: "succeeded",
      counts: { succeeded: 5 },
      notStarted: { depth: 1 },
    });
  });

  test("of an operation starts each task after what it needs", async () => {
    const order: string[] = [];
    const house = await makeEngine(
      [defineOperation("nightly", { pull: [], left: ["pull"], right: ["pull"], report: ["left", "right"] })],
      async ({ task }) => {
        order.push(task);
        return {};
      },
    );
    await house.finished(await house.submit("nightly"));
    expect(order).toHaveLength(4);
    expect([order[0], order[3]]).toEqual(["pull", "report"]);
  });
});

describe("a failing task run", () => {
  test("is tried again as often as its rule says, and every attempt is kept", async () => {
    const retry = { ...NO_RETRY, attempts: 3, delay: 1 };
    const house = await makeEngine([defineTask("flaky", { spec: { retry } })], async ({ attempt }) =>
      attempt < 3 ? FAILED : { output: attempt },
    );
    const id = await house.submit("flaky");
    await house.finished(id);
    const [taskRun] = (await house.store.taskRuns.list(id, {})).items;
    expect(taskRun).toMatchObject({ state: "succeeded", attempt: 3, failures: 2, error: null });
    expect((await house.store.taskRuns.attempts(taskRun?.id ?? "")).map((attempt) => attempt.state)).toEqual([
      "failed",
      "failed",
      "succeeded",
    ]);
  });

  test("that a retry cannot mend fails at once, and the run says so", async () => {
    const house = await makeEngine(
      [defineTask("broken", { spec: { retry: { ...NO_RETRY, attempts: 5 } } })],
      async () => ({ ...FAILED, retryable: false }),
    );
    const id = await house.submit("broken");
    await house.finished(id);
    expect(await house.store.runs.get(id)).toMatchObject({
      state: "failed",
      reason: "task_failed",
      counts: { failed: 1 },
    });
  });

  test("whose executor breaks by itself is a failure with that message, not a lost run", async () => {
    const house = await makeEngine([defineTask("odd")], async () => {
      throw new Error("no executor today");
    });
    const id = await house.submit("odd");
    await house.finished(id);
    expect((await house.store.taskRuns.list(id, {})).items[0]?.error?.message).toBe("no executor today");
  });

  test("can be retried by a person, from what failed", async () => {
    let broken = true;
    const house = await makeEngine([defineOperation("two", { first: [], second: ["first"] })], async ({ task }) =>
      task === "second" && broken ? FAILED : {},
    );
    const id = await house.submit("two");
    await house.finished(id);
    broken = false;
    await house.engine.retry(id);
    await house.finished(id);
    expect(await house.store.runs.get(id)).toMatchObject({ state: "succeeded", counts: { succeeded: 2, failed: 0 } });
    const attempts = (await house.store.taskRuns.list(id, {})).items.map((item) => item.attempt);
    expect(attempts).toEqual([1, 2]);
  });
});

describe("cancelling", () => {
  test("stops what runs and takes back what waits", async () => {
    const house = await makeEngine(
      [defineOperation("long", { first: [], second: ["first"] })],
      async (_assignment, _host, signal) => {
        if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
        return { type: "cancelled", usage: { cpuMs: null, peakMemoryBytes: null } };
      },
    );
    const running = house.next((notice) => notice.type === "task_run" && notice.state === "running");
    const id = await house.submit("long");
    await running;
    await house.engine.cancel(id);
    await house.finished(id);
    expect(await house.store.runs.get(id)).toMatchObject({ state: "cancelled", counts: { cancelled: 2 } });
  });

  test("a run that has ended is refused with its state", async () => {
    const house = await makeEngine([defineTask("greet")], async () => ({}));
    const id = await house.submit("greet");
    await house.finished(id);
    await expect(house.engine.cancel(id)).rejects.toThrow(/has ended as succeeded/);
    await expect(house.engine.cancel("nothing")).rejects.toMatchObject({ code: "unknown_run" });
  });
});

describe("triggers", () => {
  test("an interval starts runs at times aligned to it, one per nominal time", async () => {
    const house = await makeEngine(
      [defineTask("tick", { triggers: [{ every: 1000, input: { from: "trigger" } }] })],
      async () => ({}),
    );
    const first = await house.next((notice) => notice.type === "run" && notice.state === "succeeded");
    const run = first.type === "run" ? await house.store.runs.get(first.runId) : null;
    expect(run).toMatchObject({ trigger: { kind: "every" }, input: { from: "trigger" } });
    expect(Number(run?.trigger.nominalAt) % 1000).toBe(0);
    const [entry] = await house.store.schedule.list();
    expect(entry?.lastRunId).not.toBeNull();
    expect(entry?.lateness).toBeGreaterThanOrEqual(0);
  });

  test("a completion starts what comes after it, with the run that caused it", async () => {
    const house = await makeEngine(
      [defineTask("ingest"), defineTask("digest", { triggers: [{ after: "ingest", on: "success" }] })],
      async () => ({}),
    );
    const followed = house.next(
      (notice) => notice.type === "run" && notice.name === "digest" && notice.state === "succeeded",
    );
    const cause = await house.submit("ingest");
    const notice = await followed;
    const run = notice.type === "run" ? await house.store.runs.get(notice.runId) : null;
    expect(run?.trigger).toMatchObject({ kind: "after", runId: cause });
  });

  test("a completion hands what the run came to on to what comes after it, and says so when it cannot", async () => {
    const input = { file: "${run.output.path}", text: "${run.name} ${run.state}: ${run.tasks.ingest.output.path}" };
    const after = { after: "ingest", on: "success" } as const;
    const house = await makeEngine(
      [
        defineTask("ingest"),
        defineTask("digest", { triggers: [{ ...after, input }] }),
        defineTask("lost", { triggers: [{ ...after, input: { n: "${run.output.n}" } }] }),
      ],
      async ({ task, input: given }) => ({ output: task === "ingest" ? { path: "/in/${run.id}" } : given }),
    );
    const skipped = house.next((notice) => notice.type === "event" && notice.event.kind === "schedule.skipped");
    const followed = house.next((notice) => notice.type === "run" && notice.name === "digest");
    const cause = await house.submit("ingest");
    await followed;
    const { items } = await house.store.runs.list({ startedBy: cause });
    expect(items).toMatchObject([
      {
        input: { file: "/in/${run.id}", text: "ingest succeeded: /in/${run.id}" },
        depth: 1,
        trigger: { cause: { name: "ingest" } },
      },
    ]);
    const reason = "${run.output.n} leads nowhere: run.output is an object with path";
    expect(await skipped).toMatchObject({ event: { name: "lost", data: { after: cause, reason } } });
    const entries = await house.store.schedule.list();
    expect(entries.find((entry) => entry.name === "lost")?.look).toMatchObject({ fired: false, reason });
    const digest = entries.find((entry) => entry.name === "digest");
    expect((await house.engine.runNow(digest?.id ?? "")).input).toMatchObject({ file: "/in/${run.id}" });
  });

  test("a paused entry does not start, and run-now starts it all the same", async () => {
    const house = await makeEngine([defineTask("tick", { triggers: [{ every: 3_600_000 }] })], async () => ({}));
    const [entry] = await house.store.schedule.list();
    expect(await house.engine.setPaused(entry?.id ?? "", true)).toMatchObject({ paused: true });
    const run = await house.engine.runNow(entry?.id ?? "");
    await house.finished(run.id);
    expect(await house.store.runs.get(run.id)).toMatchObject({ state: "succeeded", trigger: { kind: "manual" } });
  });

  test("entries follow the task files", async () => {
    const house = await makeEngine([defineTask("tick", { triggers: [{ every: 3_600_000 }] })], async () => ({}));
    const synced = house.next((notice) => notice.type === "tasks");
    house.serve([defineTask("tock", { triggers: [{ every: 7_200_000 }] })]);
    await synced;
    expect((await house.store.schedule.list()).map((entry) => entry.name)).toEqual(["tock"]);
  });
});

describe("reconcile", () => {
  test("gives a queued row its job back", async () => {
    const house = await makeEngine([defineTask("greet")], async () => ({}), { start: false });
    const id = await house.submit("greet");
    const [taskRun] = (await house.store.taskRuns.list(id, {})).items;
    await house.queue.remove([taskRun?.id ?? ""]);
    await house.engine.start();
    await house.finished(id);
    expect((await house.store.runs.get(id))?.state).toBe("succeeded");
  });
});
