// Time, control and families of jobs, as every queue backend promises them.
import type { Job, JobsOptions, Processor } from "bullmq";
import { expect } from "vitest";
import { ended, type Its } from "./queue-setup.ts";

/** Delays, limits, lost workers and schedulers. */
export function timing(its: Its): void {
  its("processes a delayed job no sooner than it is due", async ({ queue, worker }) => {
    const consumer = worker(async () => {});
    await consumer.waitUntilReady();
    const done = ended<Job>(consumer, "completed");
    await queue.add("later", {}, { delay: 60 });
    const job = await done;
    expect(Number(job.processedOn) - job.timestamp).toBeGreaterThanOrEqual(59);
  });

  its("starts no more jobs in a window than the rate limit allows", async ({ queue, worker }) => {
    await queue.addBulk(Array.from({ length: 4 }, (_, n) => ({ name: "limited", data: n })));
    await ended(
      worker(async () => {}, { limiter: { max: 2, duration: 200 } }),
      "completed",
      4,
    );
    const starts = (await queue.getCompleted()).map((job) => Number(job.processedOn)).sort();
    expect(Number(starts[2]) - Number(starts[0])).toBeGreaterThanOrEqual(199);
  });

  its("takes a job back when its worker lets the lock expire", async ({ queue, worker }) => {
    await queue.add("lost", {});
    const gone = worker(null as unknown as Processor, { autorun: false, lockDuration: 30 });
    await gone.getNextJob("gone");
    const rescuer = worker(async () => "saved", { stalledInterval: 40, lockDuration: 1000 });
    const job = await ended<Job>(rescuer, "completed");
    expect(job).toMatchObject({ returnvalue: "saved", stalledCounter: 1 });
  });

  its("makes one iteration of a scheduler after the other", async ({ queue, worker }) => {
    await queue.upsertJobScheduler("tick", { every: 30 }, { name: "tick", data: { from: "template" } });
    const consumer = worker(async () => {});
    const job = await ended<Job>(consumer, "completed", 3);
    expect(job.data).toEqual({ from: "template" });
    expect(await queue.getJobSchedulersCount()).toBe(1);
    expect(await queue.removeJobScheduler("tick")).toBe(true);
  });
}

/** What people and dashboards do to a queue. */
export function managing(its: Its): void {
  its("hands out nothing while it is paused", async ({ queue, worker }) => {
    await queue.pause();
    await queue.add("held", {});
    const consumer = worker(async () => {});
    await consumer.waitUntilReady();
    expect(await queue.isPaused()).toBe(true);
    expect(await queue.getActiveCount()).toBe(0);
    const done = ended(consumer, "completed");
    await queue.resume();
    await done;
  });

  its("retries, promotes, cleans, drains and obliterates on demand", async ({ queue, worker }) => {
    const failing = worker(async () => {
      throw new Error("once");
    });
    await queue.add("failed", {});
    await ended(failing, "failed");
    await failing.close();
    await queue.add("delayed", {}, { delay: 100_000 });
    await queue.retryJobs();
    await queue.promoteJobs();
    expect(await queue.getJobCounts("waiting", "failed", "delayed")).toEqual({ waiting: 2, failed: 0, delayed: 0 });
    expect(await queue.clean(0, 1, "wait")).toHaveLength(1);
    await queue.drain();
    expect(await queue.count()).toBe(0);
    await queue.add("last", {});
    await queue.obliterate();
    expect(await queue.count()).toBe(0);
  });

  its("keeps the newest log lines of a job", async ({ queue }) => {
    const job = await queue.add("chatty", {}, { keepLogs: 2 });
    for (const line of ["one", "two", "three"]) await job.log(line);
    expect(await queue.getJobLogs(String(job.id))).toEqual({ logs: ["two", "three"], count: 2 });
  });

  its("counts what workers complete", async ({ queue, worker }) => {
    await queue.addBulk([1, 2, 3].map((n) => ({ name: "counted", data: n })));
    await ended(
      worker(async () => {}, { metrics: { maxDataPoints: 10 } }),
      "completed",
      3,
    );
    expect((await queue.getMetrics("completed")).meta.count).toBe(3);
  });

  its("changes priority and delay of a job that waits", async ({ queue }) => {
    const low = await queue.add("low", {}, { priority: 9 });
    const high = await queue.add("high", {}, { priority: 5 });
    await low.changePriority({ priority: 1 });
    expect((await queue.getPrioritized()).map((job) => job.id)).toEqual([low.id, high.id]);
    const later = await queue.add("later", {}, { delay: 1000 });
    await later.changeDelay(200_000);
    expect((await queue.getJob(String(later.id)))?.delay).toBe(200_000);
  });
}

/** Parents and children. */
export function families(its: Its): void {
  its("lets a parent wait for its children and read their results", async ({ queue, worker, flow }) => {
    const { job } = await flow().add({
      name: "parent",
      queueName: queue.name,
      children: [1, 2, 3].map((n) => ({ name: "child", data: n, queueName: queue.name })),
    });
    expect(await job.getState()).toBe("waiting-children");
    const parent = ended<Job>(
      worker(async (it) => (it.name === "child" ? it.data : Object.values(await it.getChildrenValues()).sort())),
      "completed",
      4,
    );
    expect((await parent).returnvalue).toEqual([1, 2, 3]);
  });

  its(
    "fails a parent whose child says so, and keeps one whose child may be ignored",
    async ({ queue, worker, flow }) => {
      const add = (options: JobsOptions): Promise<{ job: Job }> =>
        flow().add({
          name: "parent",
          queueName: queue.name,
          children: [{ name: "bad", data: {}, queueName: queue.name, opts: options }],
        });
      const strict = await add({ failParentOnFailure: true });
      const lenient = await add({ ignoreDependencyOnFailure: true });
      const consumer = worker(async (it) => {
        if (it.name === "bad") throw new Error("bad child");
      });
      await Promise.all([ended(consumer, "failed", 3), ended(consumer, "completed", 1)]);
      expect(await strict.job.getState()).toBe("failed");
      expect(await lenient.job.getState()).toBe("completed");
      expect(Object.values(await lenient.job.getIgnoredChildrenFailures())).toEqual(["bad child"]);
    },
  );
}
