/** The server's own board at /queues: what is done to the queues there holds runs up, and loses none. */
import type { Page } from "@playwright/test";
import { choose } from "./board-page.ts";
import { expect, test } from "./fixtures.ts";
import type { Server } from "./server.ts";

// bull-board preloads scripts that not every page needs, and asks for fonts that our policy keeps out.
test.use({ expectedComplaints: [/preloaded using link preload but not used|fonts\.googleapis\.com/] });

test("A queue is paused and resumed, and a run waits meanwhile", async ({ home, server }) => {
  await home.goto("/queues");
  const list = home.getByRole("navigation");
  for (const name of ["shell", "browser", "code"])
    await expect(list.getByRole("link", { name, exact: true })).toBeVisible();
  await list.getByRole("link", { name: "shell", exact: true }).click();
  await choose(home, "Pause");
  await expect(home.getByRole("link", { name: "shell [ Paused ]" })).toBeVisible();

  const id = await startRun(home, server);
  await home.getByRole("link", { name: "WAITING 1", exact: true }).click();
  await expect(home.getByRole("link", { name: "Run", exact: true })).toHaveAttribute("href", `/runs/${id}`);
  expect(await stateOf(home, server, id)).toBe("queued");

  await choose(home, "Resume");
  await expect.poll(() => stateOf(home, server, id)).toBe("succeeded");
});

test("A run whose job was emptied out of its queue is delivered again", async ({ home, server }) => {
  test.slow(true, "the server looks for lost jobs twice a minute");
  await home.goto("/queues/queue/shell");
  await choose(home, "Pause");
  const id = await startRun(home, server);
  await expect(home.getByRole("link", { name: "WAITING 1", exact: true })).toBeVisible();

  const emptied = home.waitForResponse(/\/empty$/);
  await choose(home, "Empty");
  expect((await emptied).status()).toBe(200);
  await choose(home, "Resume");
  await expect.poll(() => stateOf(home, server, id), { timeout: 120_000 }).toBe("succeeded");
});

/** The gate is a file that exists, so that nothing but the queue can hold the run up. */
async function startRun(page: Page, server: Server): Promise<string> {
  const data = { task: "gate", input: { gate: server.folder } };
  const answer = await page.request.post("/api/runs", { headers: { authorization: `Bearer ${server.token}` }, data });
  return (await answer.json()).id;
}

async function stateOf(page: Page, server: Server, id: string): Promise<string> {
  const headers = { authorization: `Bearer ${server.token}` };
  return (await (await page.request.get(`/api/runs/${id}`, { headers })).json()).state;
}
