/** bull-board in a real browser, over the embedded queue: what it shows is there, and what it does is done. */
import { mock } from "node:test";
import { type Board, nextEnded, startBoard } from "./board.ts";
import { act, choose, confirm, open, save } from "./board-page.ts";
import { test as base, expect } from "./fixtures.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const test = base.extend<{ board: Board }>({
  board: async ({ page }, use) => {
    await page.route("https://fonts.googleapis.com/**", (route) =>
      route.fulfill({ contentType: "text/css", body: "" }),
    );
    const board = await startBoard();
    await use(board);
    await page.goto("about:blank");
    await board.close();
  },
});
// bull-board preloads scripts that not every page needs.
test.use({ expectedComplaints: [/preloaded using link preload but not used/] });

test("Every state of a job has its list, with as many jobs as the queue counts", async ({ page, board }) => {
  await addOneOfEach(board);
  await page.goto(`${board.url}/queue/mail`);
  for (const [status, name, id] of [
    ["WAITING", "child", ""],
    ["WAITING CHILDREN", "parent", ""],
    ["PRIORITIZED", "urgent", "#3"],
    ["DELAYED", "later", "#4"],
    ["COMPLETED", "welcome", "#1"],
    ["FAILED", "bounced", "#2"],
  ] as const) {
    await page.getByRole("link", { name: `${status} 1`, exact: true }).click();
    await expect(page.getByRole("main")).toContainText(`${id}${name}`);
  }
  expect(await board.queue.getJobCounts()).toMatchObject({ waiting: 1, prioritized: 1, delayed: 1, failed: 1 });
});

test("A queue is paused and resumed, and its jobs wait meanwhile", async ({ page, board }) => {
  const worker = board.work(async () => "sent");
  await page.goto(`${board.url}/queue/mail`);
  await choose(page, "Pause");
  await expect.poll(() => board.queue.isPaused()).toBe(true);

  const done = nextEnded(worker);
  const { id } = await board.queue.add("welcome", {});
  await page.getByRole("link", { name: "WAITING 1", exact: true }).click();
  await expect(page.getByRole("link", { name: "#1 welcome" })).toBeVisible();
  expect(await board.queue.getJobState(String(id))).toBe("waiting");

  await choose(page, "Resume");
  expect((await done).id).toBe(id);
  expect(await board.queue.isPaused()).toBe(false);
  await expect(page.getByRole("link", { name: "COMPLETED 1", exact: true })).toBeVisible();
});

test("A failed job is retried, and a worker completes it", async ({ page, board }) => {
  let broken = true;
  const worker = board.work(async () => {
    if (broken) throw new Error("no such box");
    return "sent";
  });
  const failed = nextEnded(worker);
  const { id = "" } = await board.queue.add("bounced", {});
  await failed;
  expect(await board.queue.getJobState(id)).toBe("failed");
  await page.goto(`${board.url}/queue/mail?status=failed`);
  await expect(page.getByRole("tabpanel", { name: "Error" })).toContainText("no such box");

  broken = false;
  const completed = nextEnded(worker);
  await act(page, "Retry");
  await confirm(page);
  expect((await completed).returnvalue).toBe("sent");
  expect(await board.queue.getJobState(id)).toBe("completed");
  await expect(page.getByRole("link", { name: "COMPLETED 1", exact: true })).toBeVisible();
});

test("All failed jobs are retried at once", async ({ page, board }) => {
  await finish(board, ["bounced", "bounced", "bounced"]);
  await page.goto(`${board.url}/queue/mail?status=failed`);
  await page.getByRole("button", { name: "Retry all", exact: true }).click();
  await confirm(page);
  await expect.poll(() => board.queue.getJobCounts("waiting", "failed")).toEqual({ waiting: 3, failed: 0 });
});

test("A delayed job is promoted, and a worker takes it at once", async ({ page, board }) => {
  const { id = "" } = await board.queue.add("later", {}, { delay: HOUR });
  const worker = board.work(async () => "sent");
  const completed = nextEnded(worker);
  await page.goto(`${board.url}/queue/mail?status=delayed`);
  await act(page, "Promote");
  await confirm(page);
  expect((await completed).id).toBe(id);
  await expect(page.getByRole("link", { name: "COMPLETED 1", exact: true })).toBeVisible();
});

test("A job's data are edited, and a copy of it is added", async ({ page, board }) => {
  const { id = "" } = await board.queue.add("later", { to: "ada" }, { delay: HOUR });
  await page.goto(`${board.url}/queue/mail?status=delayed`);
  await act(page, "Update Data");
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox").fill('{"to":"grace"}');
  await dialog.getByRole("button", { name: "Update", exact: true }).click();
  await expect.poll(async () => (await board.queue.getJob(id))?.data).toEqual({ to: "grace" });
  await expect(dialog).toBeHidden();

  await act(page, "Duplicate");
  await dialog.getByRole("button", { name: "Duplicate", exact: true }).click();
  await expect.poll(() => board.queue.getJobCountByTypes("delayed", "waiting")).toBe(2);
});

test("Finished jobs are cleaned, one by one and all together", async ({ page, board }) => {
  await finish(board, ["welcome", "welcome", "bounced", "bounced"]);
  await page.goto(`${board.url}/queue/mail?status=completed`);
  await act(page, "Clean");
  await confirm(page);
  await expect.poll(() => board.queue.getCompletedCount()).toBe(1);
  await page.getByRole("link", { name: "FAILED 2", exact: true }).click();
  await page.getByRole("button", { name: "Clean all" }).click();
  await confirm(page);
  await expect.poll(() => board.queue.getJobCounts("completed", "failed")).toEqual({ completed: 1, failed: 0 });
});

test("A queue is emptied of what waits, and obliterated once it is paused", async ({ page, board }) => {
  await finish(board, ["welcome"]);
  await board.queue.addBulk([
    { name: "welcome", data: {} },
    { name: "urgent", data: {}, opts: { priority: 2 } },
  ]);
  await page.goto(`${board.url}/queue/mail`);
  await choose(page, "Empty");
  await expect
    .poll(() => board.queue.getJobCounts("waiting", "prioritized", "completed"))
    .toEqual({ waiting: 0, prioritized: 0, completed: 1 });
  await board.queue.pause();
  await choose(page, "Obliterate");
  await expect.poll(() => board.queue.getJobCountByTypes("completed", "waiting")).toBe(0);
});

test("A job tells its progress, its logs and what it returned", async ({ page, board }) => {
  const worker = board.work(async (job) => {
    await job.log("connecting to the box");
    await job.updateProgress(40);
    return { sent: "to ada" };
  });
  const completed = nextEnded(worker);
  const { id } = await board.queue.add("welcome", { to: "ada" });
  await completed;
  await page.goto(`${board.url}/queue/mail/${id}`);
  await expect(page.getByRole("progressbar")).toContainText("40%");
  await expect(page.getByRole("tabpanel", { name: "Data" })).toContainText('sent:"to ada"');
  await page.getByRole("tab", { name: "Logs" }).click();
  await expect(page.getByRole("tabpanel", { name: "Logs" })).toContainText("connecting to the box");
});

test("A parent shows the tree of its children, with the state of each", async ({ page, board }) => {
  const child = (name: string) => ({ name, queueName: "mail" });
  const tree = { name: "digest", queueName: "mail", children: [child("news"), child("weather")] };
  const { job } = await board.flows.add(tree);
  await page.goto(`${board.url}/queue/mail/${job.id}`);
  await expect(page.getByRole("group", { name: /^digest, waiting-children/ })).toContainText("2 unfinished");
  await expect(page.getByRole("group", { name: /^weather, waiting/ })).toBeVisible();

  board.work(async () => "read");
  await expect.poll(() => board.queue.getCompletedCount()).toBe(3);
  await page.reload();
  await expect(page.getByRole("group", { name: /^news, completed/ })).toBeVisible();
  await expect(page.getByRole("group", { name: /^digest, completed/ })).toContainText("2 done");
});

test("A job scheduler is shown, run at once, and removed", async ({ page, board }) => {
  await board.queue.upsertJobScheduler("nightly", { pattern: "0 3 * * *" }, { name: "report", data: { pages: 3 } });
  await page.goto(`${board.url}/queue/mail`);
  await page.getByRole("link", { name: "Schedulers (1)" }).click();
  const row = page.getByRole("row", { name: /nightly/ });
  await expect(row).toContainText("0 3 * * *");
  await row.getByRole("button", { name: "Run now" }).click();
  await confirm(page);
  await expect.poll(async () => (await board.queue.getWaiting()).map((job) => job.name)).toEqual(["report"]);

  await row.getByRole("button", { name: "Remove scheduler" }).click();
  await confirm(page);
  await expect.poll(() => board.queue.getJobSchedulersCount()).toBe(0);
  await expect(page.getByText("No schedulers registered.")).toBeVisible();
  expect(await board.queue.getDelayedCount()).toBe(0);
});

test("Workers and what they got done per minute are shown", async ({ page, board }) => {
  await finish(board, ["welcome", "welcome", "welcome", "bounced"]);
  board.work(async () => "sent", { name: "postman" });
  await page.goto(`${board.url}/queue/mail`);
  await expect(page.getByRole("button", { name: /Throughput/ })).toBeVisible();
  await expect(page.getByRole("main")).toContainText("3Completed (last 60 min)");
  expect((await board.queue.getMetrics("completed")).meta.count).toBe(3);
  await page.getByRole("button", { name: "Queue info" }).click();
  await page.getByRole("button", { name: "Connected workers" }).click();
  await expect(page.getByRole("dialog")).toContainText("postman");
});

test("The queue's concurrency and rate are limited, and the limits taken back", async ({ page, board }) => {
  await page.goto(`${board.url}/queue/mail`);
  await open(page, "Set concurrency");
  await page.getByRole("spinbutton", { name: "Concurrency" }).fill("3");
  await save(page);
  await expect.poll(() => board.queue.getGlobalConcurrency()).toBe(3);

  await open(page, "Set rate limit");
  await page.getByRole("spinbutton", { name: "Max jobs" }).fill("5");
  await page.getByRole("spinbutton", { name: "Duration (ms)" }).fill("1000");
  await save(page);
  await expect.poll(() => board.queue.getGlobalRateLimit()).toEqual({ max: 5, duration: 1000 });

  await open(page, "Set rate limit");
  await page.getByRole("spinbutton", { name: "Max jobs" }).fill("");
  await page.getByRole("spinbutton", { name: "Duration (ms)" }).fill("");
  await save(page);
  await expect.poll(() => board.queue.getGlobalRateLimit()).toBe(null);
  await open(page, "Set concurrency");
  await page.getByRole("spinbutton", { name: "Concurrency" }).fill("0");
  await save(page);
  await expect.poll(() => board.queue.getGlobalConcurrency()).toBe(null);
});

test("A job's priority and time are changed", async ({ page, board }) => {
  const { id: urgent = "" } = await board.queue.add("urgent", {}, { priority: 9 });
  await page.goto(`${board.url}/queue/mail?status=prioritized`);
  await act(page, "Change priority");
  await page.getByRole("spinbutton", { name: "Priority" }).fill("2");
  await save(page);
  await expect.poll(async () => (await board.queue.getJob(urgent))?.priority).toBe(2);

  const { id: later = "" } = await board.queue.add("later", {}, { delay: HOUR });
  await page.getByRole("link", { name: "DELAYED 1", exact: true }).click();
  await act(page, "Reschedule");
  await page.getByLabel("Run at").fill("2031-05-04T03:02:01");
  await save(page);
  await expect.poll(async () => (await board.queue.getJob(later))?.delay).toBeGreaterThan(24 * HOUR);
});

/** One job in each state; the failed and the completed one by a real worker. */
async function addOneOfEach(board: Board): Promise<void> {
  await finish(board, ["welcome", "bounced"]);
  await board.queue.add("urgent", {}, { priority: 1 });
  await board.queue.add("later", {}, { delay: HOUR });
  await board.flows.add({ name: "parent", queueName: "mail", children: [{ name: "child", queueName: "mail" }] });
}

/** Lets a worker end one job a minute, in the minutes before now; `bounced` fails. */
async function finish(board: Board, names: readonly string[]): Promise<void> {
  mock.timers.enable({ apis: ["Date"], now: Date.now() - names.length * MINUTE });
  try {
    const worker = board.work(
      async ({ name }) => {
        if (name === "bounced") throw new Error("no such box");
      },
      { metrics: { maxDataPoints: 60 } },
    );
    for (const name of names) {
      const ended = nextEnded(worker);
      await board.queue.add(name, {});
      await ended;
      mock.timers.tick(MINUTE);
    }
    await worker.close();
  } finally {
    mock.timers.reset();
  }
}
