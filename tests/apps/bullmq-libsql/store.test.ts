import { spawnSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Bench, backendOn, makeBench, next } from "./support.ts";

let bench: Bench;
beforeEach(() => {
  bench = makeBench();
});
afterEach(() => bench.close());

const library = new URL("../../../apps/bullmq-libsql/index.ts", import.meta.url).href;

/** Runs a script in a process of its own; it finds the factory and the URL as `create` and `url`. */
function inAnotherProcess(script: string): string {
  const source = `import { createLibsqlBackend as create } from ${JSON.stringify(library)};
    const url = ${JSON.stringify(bench.url)};
    ${script}`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", source], { encoding: "utf8" });
  return stdout + stderr;
}

test("a second process is refused while the first has the file open", async () => {
  await bench.add("mine");
  expect(inAnotherProcess(`create("jobs", { connection: { url } });`)).toContain("expected to be the only process");
});

test("closing the last user lets the file go, and everything is there when it is opened again", async () => {
  const backend = backendOn(bench.url);
  await backend.setQueueMeta({ version: "x" });
  await backend.close();
  const seen = inAnotherProcess(`
    const backend = create("jobs", { connection: { url } });
    console.log(await backend.getQueueMetaField("version"));
    await backend.close();`);
  expect(seen.trim()).toBe("x");
});

test("jobs of a process that was killed are free at once, and count as stalled once", async () => {
  const died = inAnotherProcess(`
    const backend = create("jobs", { connection: { url }, lockDuration: 3_600_000 });
    const job = { id: "", name: "orphan", data: "{}", opts: {}, timestamp: Date.now() };
    await backend.addJob(job, "a");
    await backend.addJob(job, "b");
    await backend.moveToActive("token");
    console.log("claimed");
    process.kill(process.pid, "SIGKILL");`);
  expect(died).toContain("claimed");
  expect(await bench.queue().getJobCounts("waiting", "active")).toEqual({ waiting: 2, active: 0 });
  const order: unknown[] = [];
  const worker = bench.worker(async (job) => void order.push([job.id, job.stalledCounter]));
  await next(worker, "drained");
  expect(order).toEqual([
    ["a", 1],
    ["b", 0],
  ]);
});

test("a job that kills its process again and again fails in the end", async () => {
  for (let crash = 0; crash < 2; crash++) {
    inAnotherProcess(`
      const backend = create("jobs", { connection: { url } });
      await backend.addJob({ id: "", name: "deadly", data: "{}", opts: {}, timestamp: Date.now() }, "a");
      await backend.moveToActive("token");
      process.kill(process.pid, "SIGKILL");`);
  }
  const worker = bench.worker(async () => {});
  await next(worker, "failed");
  expect((await bench.queue().getJob("a"))?.failedReason).toBe("job stalled more than allowable limit");
});

test("operations of one tick share a commit, and one that is refused leaves the others alone", async () => {
  const queue = bench.queue();
  const results = await Promise.allSettled([
    queue.add("one", {}),
    queue.add("child", {}, { parent: { id: "nobody", queue: "bull:nowhere" } }),
    queue.add("two", {}),
  ]);
  expect(results.map((it) => it.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(await queue.getJobCounts("waiting")).toEqual({ waiting: 2 });
});

test("an operation that breaks halfway is undone, and the others of its tick are done all the same", async () => {
  const backend = backendOn(bench.url);
  const { store } = backend;
  const added = bench.add("survivor");
  const broken = store.perform(() => {
    store.sql.run("INSERT INTO meta (queue, field, value) VALUES (99, 'half', 'done')");
    throw new Error("halfway");
  });
  await expect(broken).rejects.toThrow("halfway");
  await added;
  expect(store.sql.get("SELECT 1 FROM meta WHERE queue = 99")).toBeUndefined();
  expect(await bench.queue().getJobCounts("waiting")).toEqual({ waiting: 1 });
  await backend.close();
});

test("a copy holds everything that was acknowledged and can be opened elsewhere", async () => {
  const id = await bench.add("copied", { safe: true });
  const copy = bench.url.replace("queue.db", "copy.db");
  bench.queue().getBackend().store.copyTo(copy.slice("file:".length));
  const backend = backendOn(copy);
  expect(await backend.getJobData(id)).toMatchObject({ name: "copied", data: '{"safe":true}' });
  await backend.close();
});

test("two names of one file lead to one connection", async () => {
  await bench.add("first");
  const link = bench.url.slice("file:".length).replace("queue.db", "link.db");
  symlinkSync(bench.url.slice("file:".length), link);
  const backend = backendOn(`file:${link}`);
  expect(backend.store).toBe(bench.queue().getBackend().store);
  await backend.close();
});

test("numbers of jobs go on where they were after a clean end, and never repeat after a crash", async () => {
  const before = inAnotherProcess(`
    const backend = create("jobs", { connection: { url } });
    const job = { id: "", name: "numbered", data: "{}", opts: {}, timestamp: Date.now() };
    console.log(await backend.addJob(job, ""));
    await backend.close();
    const again = create("jobs", { connection: { url } });
    console.log(await again.addJob(job, ""));
    process.kill(process.pid, "SIGKILL");`);
  expect(before.trim().split("\n")).toEqual(["1", "2"]);
  expect(Number(await bench.add("after"))).toBeGreaterThan(2);
});

test("an operation on a closed backend is refused as a closed connection", async () => {
  const queue = bench.queue();
  await queue.close();
  await expect(queue.add("late", {})).rejects.toThrow("Connection is closed.");
});

test("a full disk refuses what does not fit, keeps what was acknowledged, and is forgotten once there is room", async () => {
  const { store } = bench.queue().getBackend();
  const room = (pages: number): unknown => store.sql.all(`PRAGMA max_page_count = ${pages}`);
  room((store.sql.get<{ page_count: number }>("PRAGMA page_count")?.page_count ?? 0) + 40);
  const big = { text: "x".repeat(10_000) };
  const results = await Promise.allSettled(Array.from({ length: 30 }, () => bench.queue().add("big", big)));
  const kept = results.flatMap((it) => (it.status === "fulfilled" ? [String(it.value.id)] : []));
  expect(kept.length).toBeLessThan(30);
  expect(await bench.queue().getJobCounts("waiting")).toEqual({ waiting: kept.length });
  room(1_000_000);
  kept.push(await bench.add("after"));
  expect((await bench.queue().getWaiting()).map((job) => job.id)).toEqual(kept);
});

test("a file of a newer release is left alone", async () => {
  const { store } = bench.queue().getBackend();
  store.sql.exec("PRAGMA user_version = 99");
  await bench.queue().close();
  expect(() => backendOn(bench.url)).toThrow("expected schema version 1 or older");
  // And let go again, so that the newer release can have it.
  expect(inAnotherProcess(`create("jobs", { connection: { url } });`)).toContain("expected schema version");
});

test("the table refuses a job that ended without a time of its end", async () => {
  const { store } = bench.queue().getBackend();
  const id = await bench.add("job");
  expect(() => store.sql.run("UPDATE job SET state = 6 WHERE id = ?", id)).toThrow("CHECK constraint failed");
});

test.each(["redis://localhost:6379", "libsql://far.away"])("a URL that names no file, %s, is refused", (url) => {
  expect(() => backendOn(url)).toThrow("expected connection.url to be");
});
