import { expect, it } from "vitest";
import type { ServedPages } from "../../../../apps/server/core/execution.ts";
import { makeServer } from "../ports.ts";

const docs: ServedPages = { pattern: "site.example/docs/*.html", tier: "http", why: "scripts_decorate", pages: 1 };
const shop: ServedPages = { pattern: "site.example/shop/N", tier: "browser", why: "scripts_add", pages: 2 };

it("Pages of a run are told by what served them and why, added up over its task runs", async () => {
  const server = await makeServer({
    scripts: {
      crawl: async ({ parent }) => {
        const tiers = { http: 1, browser: 2, served: [docs, shop] };
        const spawned = parent === null ? [1, 2].map((n) => ({ task: null, key: `page ${n}`, input: { n } })) : [];
        return { spawned, usage: { cpuMs: 1, peakMemoryBytes: 1, tiers } };
      },
    },
  });
  const id = await server.run("crawl");
  const expected = [
    { ...shop, pages: 6 },
    { ...docs, pages: 3 },
  ];
  const answer = await server.client.api.runs[":id"].pages.$get({ param: { id } });
  expect(await answer.json()).toEqual({ items: expected, next: null });
  const manifest = await server.client.api.runs[":id"].manifest.$get({ param: { id } });
  expect((await manifest.json()).pages).toEqual(expected);
});

it("A run without pages has none", async () => {
  const server = await makeServer();
  const answer = await server.client.api.runs[":id"].pages.$get({ param: { id: await server.run("echo") } });
  expect(await answer.json()).toEqual({ items: [], next: null });
});
