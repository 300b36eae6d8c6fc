// The life of a job, from being added to its end, as every queue backend promises it.
import type { Job, JobsOptions, Processor } from "bullmq";
import { expect } from "vitest";
import { ended, type Its } from "./queue-setup.ts";

/** How jobs come into a queue. */
export function adding(its: Its): void {
  its("keeps a job's name, data and options", async ({ queue }) => {
    const { id } = await queue.add("greet", { to: ["ada", { deep: true }] }, { attempts: 3, removeOnFail: 5 });
    const job = await queue.getJob(String(id));
    expect(job).toMatchObject({ name: "greet", data: { to: ["ada", { deep: true }] } });
    expect(job?.opts).toMatchObject({ attempts: 3, removeOnFail: 5 });
  });

  its("adds a job with a known id only once", async ({ queue }) => {
    await queue.add("first", {}, { jobId: "same" });
    await queue.add("second", {}, { jobId: "same" });
    expect(await queue.getJobCounts("waiting")).toEqual({ waiting: 1 });
    expect((await queue.getJob("same"))?.name).toBe("first");
  });

  its("adds many at once in their order", async ({ queue }) => {
    await queue.addBulk(Array.from({ length: 30 }, (_, n) => ({ name: "bulk", data: n })));
    expect((await queue.getWaiting()).map((job) => job.data)).toEqual(Array.from({ length: 30 }, (_, n) => n));
  });

  its("puts each job into the state its options ask for", async ({ queue }) => {
    const states: [JobsOptions, string][] = [
      [{}, "waiting"],
      [{ delay: 100_000 }, "delayed"],
      [{ priority: 3 }, "prioritized"],
    ];
    for (const [options, state] of states) expect(await (await queue.add("job", {}, options)).getState()).toBe(state);
  });

  its("lets a deduplicated job hold its place until it ends", async ({ queue, worker }) => {
    const first = await queue.add("first", {}, { deduplication: { id: "one" } });
    const second = await queue.add("second", {}, { deduplication: { id: "one" } });
    expect(second.id).toBe(first.id);
    const done = worker(async () => {});
    await ended(done, "completed");
    const third = await queue.add("third", {}, { deduplication: { id: "one" } });
    expect(third.id).not.toBe(first.id);
  });
}

/** How jobs are handed out, tried and ended. */
export function processing(its: Its): void {
  its("hands out last-in jobs, then the line, then priorities", async ({ queue, worker }) => {
    for (const [name, options] of [
      ["line", {}],
      ["low", { priority: 9 }],
      ["high", { priority: 1 }],
      ["last in", { lifo: true }],
    ] as const) {
      await queue.add(name, {}, options);
    }
    const order: string[] = [];
    const consumer = worker(async (job) => void order.push(job.name));
    await ended(consumer, "completed", 4);
    expect(order).toEqual(["last in", "line", "high", "low"]);
  });

  its("runs as many jobs at a time as the worker allows", async ({ queue, worker }) => {
    let running = 0;
    let most = 0;
    const gate = Promise.withResolvers<void>();
    await queue.addBulk(Array.from({ length: 8 }, (_, n) => ({ name: "slow", data: n })));
    const consumer = worker(
      async () => {
        most = Math.max(most, ++running);
        if (running === 4) gate.resolve();
        await gate.promise;
        running--;
      },
      { concurrency: 4 },
    );
    await ended(consumer, "completed", 8);
    expect(most).toBe(4);
  });

  its("keeps result, attempts and times of a completed job", async ({ queue, worker }) => {
    const { id } = await queue.add("sum", { a: 1, b: 2 });
    await ended(
      worker(async (job) => ({ sum: job.data.a + job.data.b })),
      "completed",
    );
    const job = await queue.getJob(String(id));
    expect(job).toMatchObject({ returnvalue: { sum: 3 }, attemptsMade: 1, attemptsStarted: 1 });
    expect(job?.finishedOn).toBeGreaterThanOrEqual(job?.processedOn ?? Number.POSITIVE_INFINITY);
  });

  its("retries with backoff, then fails with reason and stack", async ({ queue, worker }) => {
    const { id } = await queue.add("bad", {}, { attempts: 3, backoff: { type: "fixed", delay: 5 } });
    const consumer = worker(async () => {
      throw new Error("no luck");
    });
    await ended(consumer, "failed", 3);
    const job = await queue.getJob(String(id));
    expect(await job?.getState()).toBe("failed");
    expect(job).toMatchObject({ failedReason: "no luck", attemptsMade: 3 });
    expect(job?.stacktrace).toHaveLength(3);
  });

  its("refuses the end of a job to whoever has no lock on it", async ({ queue, worker }) => {
    await queue.add("job", {});
    const consumer = worker(null as unknown as Processor, { autorun: false });
    const job = (await consumer.getNextJob("mine")) as Job;
    await expect(job.moveToCompleted({}, "theirs", false)).rejects.toThrow(/lock/i);
    await job.moveToCompleted({ fine: true }, "mine", false);
    expect(await job.getState()).toBe("completed");
  });

  its("keeps only as many finished jobs as asked", async ({ queue, worker }) => {
    await queue.addBulk(Array.from({ length: 6 }, (_, n) => ({ name: "job", data: n })));
    await ended(
      worker(async () => {}, { removeOnComplete: { count: 2 } }),
      "completed",
      6,
    );
    expect((await queue.getCompleted()).map((job) => job.data).sort()).toEqual([4, 5]);
  });

  its("tells a listener of every step, and of what happened before it listened", async ({ queue, worker, events }) => {
    const heard: string[] = [];
    await queue.add("told", {});
    const listener = events();
    for (const event of ["waiting", "active", "progress", "completed"] as const) {
      listener.on(event, () => void heard.push(event));
    }
    const done = ended(listener, "completed");
    worker(async (job) => job.updateProgress({ half: true }));
    await done;
    expect(heard).toEqual(["waiting", "active", "progress", "completed"]);
  });
}
