import { afterEach, beforeEach, expect, test } from "vitest";
import { type Bench, makeBench, next } from "./support.ts";

let bench: Bench;
beforeEach(() => {
  bench = makeBench();
});
afterEach(() => bench.close());

test("a job that was added is processed and its result kept", async () => {
  const worker = bench.worker(async (job) => ({ doubled: (job.data as { n: number }).n * 2 }));
  const done = next(worker, "completed");
  const id = await bench.add("double", { n: 21 });
  await done;
  const job = await bench.queue().getJob(id);
  expect(job?.returnvalue).toEqual({ doubled: 42 });
  expect(await job?.getState()).toBe("completed");
});

test("jobs are processed in order, prioritized ones after plain ones, lifo first", async () => {
  const order: string[] = [];
  for (const name of ["first", "second"]) await bench.add(name);
  await bench.add("urgent", {}, { priority: 1 });
  await bench.add("someday", {}, { priority: 9 });
  await bench.add("soon", {}, { priority: 2 });
  await bench.add("last in", {}, { lifo: true });
  const worker = bench.worker(async (job) => void order.push(job.name));
  await next(worker, "drained");
  expect(order).toEqual(["last in", "first", "second", "urgent", "soon", "someday"]);
});

test("a delayed job wakes an idle worker when it is due", async () => {
  const worker = bench.worker(async () => {}, { drainDelay: 3600 });
  await worker.waitUntilReady();
  const done = next<{ timestamp: number; processedOn: number }>(worker, "completed");
  await bench.add("later", {}, { delay: 80 });
  const job = await done;
  expect(job.processedOn - job.timestamp).toBeGreaterThanOrEqual(80);
});

test("a failing job is retried with backoff and then fails for good", async () => {
  const worker = bench.worker(async () => {
    throw new Error("no luck");
  });
  const failed = next(worker, "failed", (job: { attemptsMade: number }) => job.attemptsMade === 3);
  const id = await bench.add("hopeless", {}, { attempts: 3, backoff: { type: "fixed", delay: 10 } });
  await failed;
  const job = await bench.queue().getJob(id);
  expect(job?.failedReason).toBe("no luck");
  expect(job?.stacktrace).toHaveLength(3);
  expect(await bench.queue().getJobCounts("failed", "delayed", "waiting")).toEqual({
    failed: 1,
    delayed: 0,
    waiting: 0,
  });
});

test("many jobs added at once keep their order and get ids in a row", async () => {
  const jobs = await bench.queue().addBulk(Array.from({ length: 50 }, (_, n) => ({ name: "bulk", data: { n } })));
  expect(jobs.map((job) => job.id)).toEqual(Array.from({ length: 50 }, (_, n) => String(n + 1)));
  const waiting = await bench.queue().getWaiting(0, 2);
  expect(waiting.map((job) => job.data)).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }]);
});

test("a listener hears of every step of a job", async () => {
  const events = bench.events();
  const heard: string[] = [];
  for (const event of ["added", "waiting", "active", "progress", "completed"] as const) {
    events.on(event, () => void heard.push(event));
  }
  const done = next(events, "completed");
  bench.worker(async (job) => job.updateProgress(50));
  await bench.add("told");
  await done;
  expect(heard).toEqual(["added", "waiting", "active", "progress", "completed"]);
});

test("a paused queue hands out nothing until it is resumed", async () => {
  await bench.queue().pause();
  await bench.add("held");
  const worker = bench.worker(async () => {});
  await worker.waitUntilReady();
  expect(await bench.queue().getJobCounts("waiting", "active")).toEqual({ waiting: 1, active: 0 });
  const done = next(worker, "completed");
  await bench.queue().resume();
  await done;
});

test("what a dashboard does to jobs has its effect", async () => {
  const queue = bench.queue();
  const worker = bench.worker(async () => {
    throw new Error("again");
  });
  const id = await bench.add("shown");
  await next(worker, "failed");
  await worker.close();
  const job = await queue.getJob(id);
  await job?.log("one line");
  expect(await queue.getJobLogs(id)).toEqual({ logs: ["one line"], count: 1 });
  await job?.retry();
  expect(await job?.getState()).toBe("waiting");
  const later = await queue.add("later", {}, { delay: 100_000 });
  await later.promote();
  expect(await queue.getJobCounts("waiting", "delayed")).toEqual({ waiting: 2, delayed: 0 });
  expect(await queue.clean(0, 10, "wait")).toHaveLength(2);
  expect((await queue.getJobLogs(id)).count).toBe(0);
  await queue.obliterate();
  expect(await queue.getJobCounts("waiting")).toEqual({ waiting: 0 });
});

test("of very many finished jobs the latest are kept, never more than asked and not many less", async () => {
  await bench.queue().addBulk(Array.from({ length: 1200 }, (_, n) => ({ name: "job", data: { n } })));
  await next(
    bench.worker(async () => {}, { concurrency: 50, removeOnComplete: { count: 1000 } }),
    "drained",
  );
  const { completed = 0 } = await bench.queue().getJobCounts("completed");
  expect(completed).toBeLessThanOrEqual(1000);
  expect(completed).toBeGreaterThan(960);
  const [latest] = await bench.queue().getCompleted(0, 0);
  expect(latest?.data).toSatisfy(({ n }: { n: number }) => n > 1100);
});

test("workers and listeners are listed by name", async () => {
  bench.worker(async () => {}, { name: "left" });
  bench.worker(async () => {}, {}, "elsewhere");
  bench.events();
  expect((await bench.queue().getWorkers()).map((it) => it.rawname)).toEqual([expect.stringMatching(/:w:left$/)]);
  expect(await bench.queue().getQueueEvents()).toHaveLength(1);
});

test("a parent waits for its children and sees their results", async () => {
  const { FlowProducer } = await import("bullmq");
  const { createLibsqlBackend } = await import("../../../apps/bullmq-libsql/index.ts");
  const flow = new FlowProducer({ connection: { url: bench.url } }, createLibsqlBackend);
  const { job } = await flow.add({
    name: "sum",
    queueName: "jobs",
    children: [1, 2].map((n) => ({ name: "part", queueName: "parts", data: { n } })),
  });
  expect(await job.getState()).toBe("waiting-children");
  bench.worker(async (part) => (part.data as { n: number }).n, {}, "parts");
  const worker = bench.worker(async (sum) => Object.values(await sum.getChildrenValues<number>()).sort());
  expect(await next<{ returnvalue: number[] }>(worker, "completed")).toMatchObject({ returnvalue: [1, 2] });
  await flow.close();
});

test("a scheduler makes one iteration after the other", async () => {
  const worker = bench.worker(async () => {});
  const third = next(
    worker,
    "completed",
    (job: { id: string; opts: { repeat?: { count?: number } } }) => job.opts.repeat?.count === 3,
  );
  await bench.queue().upsertJobScheduler("tick", { every: 20 }, { name: "tick" });
  await third;
  expect(await bench.queue().getJobSchedulersCount()).toBe(1);
  expect(await bench.queue().removeJobScheduler("tick")).toBe(true);
  expect(await bench.queue().getJobCounts("delayed")).toEqual({ delayed: 0 });
});
