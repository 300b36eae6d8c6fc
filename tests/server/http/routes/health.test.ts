import { expect, it } from "vitest";
import { HEALTH, makeServer } from "../ports.ts";

it("Health is open, warns, and tells paths and tasks to nobody but those who are signed in", async () => {
  const server = await makeServer();
  const open = await (await fetch(`${server.url}/api/health`)).json();
  expect(open).toEqual({
    ...HEALTH,
    startedAt: "2026-03-01T11:00:00.000Z",
    browser: { found: true, path: null, sandbox: false, paces: [] },
  });
  const known = await (await server.client.api.health.$get()).json();
  expect(known.browser.path).toBe("/usr/bin/chromium");
  expect(known.browser.paces).toEqual([
    { task: "crawl", limit: 8, most: 16, changes: [{ at: "1970-01-01T00:00:00.000Z", from: 4, to: 8, why: "to see" }] },
  ]);
});
