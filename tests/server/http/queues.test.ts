import { expect, it } from "vitest";
import { queueBoard } from "../../../apps/server/http/queues.ts";
import { makeServer } from "./ports.ts";

it("bull-board answers below /queues with its page, its scripts and its API", async () => {
  const server = await makeServer({ services: { board: queueBoard([]) } });
  const page = await server.ask("/queues/", { headers: { accept: "text/html" } });
  expect([page.status, new URL(page.url).pathname]).toEqual([200, "/queues"]);
  const text = await page.text();
  expect(text).toContain('<base href="/queues/" />');
  const script = /src="(static\/js\/main[^"]+)"/.exec(text)?.[1];
  expect((await server.ask(`/queues/${script}`)).status).toBe(200);
  expect(await (await server.ask("/queues/api/queues")).json()).toMatchObject({ queues: [] });
});
