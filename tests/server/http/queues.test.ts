import { Queue } from "bullmq";
import { expect, it, onTestFinished } from "vitest";
import { createLibsqlBackend } from "../../../apps/bullmq-libsql/index.ts";
import { queueBoard } from "../../../apps/server/http/queues.ts";
import { makeServer, rawAsk, signIn, type TestServer } from "./ports.ts";

const PAUSE = "/queues/api/queues/shell/pause";

async function makeBoard(): Promise<{ server: TestServer; queue: Queue }> {
  const connection = { url: ":memory:" };
  const queue = new Queue("shell", { connection }, createLibsqlBackend) as unknown as Queue;
  onTestFinished(() => queue.close());
  return { server: await makeServer({ services: { board: () => queueBoard([queue]) } }), queue };
}

it("bull-board answers below /queues with its page, its scripts and its API", async () => {
  const { server } = await makeBoard();
  const page = await server.ask("/queues/", { headers: { accept: "text/html" } });
  expect([page.status, new URL(page.url).pathname]).toEqual([200, "/queues"]);
  const text = await page.text();
  expect(text).toContain('<base href="/queues/" />');
  const script = /src="(static\/js\/main[^"]+)"/.exec(text)?.[1];
  expect((await server.ask(`/queues/${script}`)).status).toBe(200);
  expect(await (await server.ask("/queues/api/queues")).json()).toMatchObject({ queues: [{ name: "shell" }] });
});

it("The board tells of each job which run it belongs to, also when somebody edited the job", async () => {
  const { server, queue } = await makeBoard();
  await queue.addBulk([
    { name: "a", data: { run: "0198" } },
    { name: "b", data: null },
    { name: "c", data: { run: [] } },
  ]);
  const answer = await server.ask("/queues/api/queues?activeQueue=shell&status=waiting");
  const { queues } = (await answer.json()) as { queues: { jobs: { name: string; externalUrl: unknown }[] }[] };
  expect(Object.fromEntries((queues[0]?.jobs ?? []).map((job) => [job.name, job.externalUrl]))).toEqual({
    a: { displayText: "Run", href: "/runs/0198" },
    b: { displayText: "Runs", href: "/" },
    c: { displayText: "Runs", href: "/" },
  });
});

it("A signed-in browser may pause a queue from the server's own pages", async () => {
  const { server, queue } = await makeBoard();
  const headers = { cookie: await signIn(server), "sec-fetch-site": "same-origin" };
  expect((await rawAsk(server.url, PAUSE, { method: "PUT", headers })).status).toBe(200);
  expect(await queue.isPaused()).toBe(true);
});

it.each([
  ["whoever is not known", 401, () => ({ "sec-fetch-site": "same-origin" })],
  ["another site that borrows a session", 403, (cookie: string) => ({ cookie, "sec-fetch-site": "cross-site" })],
  ["a browser that says nothing of the page's origin", 403, (cookie: string) => ({ cookie })],
  [
    "a form",
    415,
    (cookie: string) => ({
      cookie,
      "sec-fetch-site": "same-origin",
      "content-type": "application/x-www-form-urlencoded",
    }),
  ],
])("Pausing a queue is refused to %s with %i", async (_who, status, headersWith) => {
  const { server, queue } = await makeBoard();
  const headers = headersWith(await signIn(server));
  expect((await rawAsk(server.url, PAUSE, { method: "PUT", headers })).status).toBe(status);
  expect(await queue.isPaused()).toBe(false);
});

it("The embedded queue is not asked for the details of a Redis server", async () => {
  const { server } = await makeBoard();
  expect(await (await server.ask("/queues")).text()).toContain('"hideRedisDetails":true');
});
