/** Crawls of a site on loopback by the whole server, some of whose pages are closed to us. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { commandsFor } from "../cli/command-line.ts";
import { startServer, type TestRun, type TestServer } from "../support/server.ts";

const PAGES = Array.from({ length: 50 }, (_, at) => `/page-${at}`);

interface Club {
  readonly url: string;
  /** Paths that answer 403. */
  readonly closed: Set<string>;
}

/** A start page with 50 links. */
async function startClub(closed: readonly string[]): Promise<Club> {
  const club = { closed: new Set(closed) };
  const text = (path: string): string => `<title>${path}</title><p>${`words of ${path} `.repeat(40)}</p>`;
  const links = PAGES.map((path) => `<a href="${path}">${path}</a>`).join(" ");
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    const status = club.closed.has(path) ? 403 : path === "/robots.txt" ? 404 : 200;
    response
      .writeHead(status, { "content-type": "text/html" })
      .end(path === "/" ? `${text(path)}${links}` : text(path));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => void server.close());
  return { ...club, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

type Told = TestRun & { readonly tolerated: number };

/** By the command, as a user does it, with the task that comes with the product. */
async function crawl(server: TestServer, url: string): Promise<{ code: number | null; run: Told }> {
  const command = commandsFor(server.url, { ULTRAVISOR_TOKEN: server.token });
  const { code, stdout } = await command("run", "crawl-and-download", `url=${url}`, "depth=1", "--wait", "--json");
  return { code, run: JSON.parse(stdout) as Told };
}

test("A crawl of which one page of 50 is closed succeeds and says so, and its failed page is tried again once it is open", async () => {
  const club = await startClub(["/page-7"]);
  const server = await startServer();
  const { code, run } = await crawl(server, club.url);
  expect(code).toBe(0);
  expect(run).toMatchObject({ state: "succeeded", tolerated: 1, counts: { succeeded: 50, failed: 1 } });
  expect(run.summary).toMatch(/^51 task runs: 50 succeeded, 1 failed \(tolerated\): .*403/);
  const failed = await server.get<{ items: { key: string }[] }>(`/runs/${run.id}/tasks?state=failed`);
  expect(failed.items.map(({ key }) => key)).toEqual([`${club.url}page-7`]);
  const [root] = (await server.get<{ items: object[] }>(`/runs/${run.id}/tasks?parent=none`)).items;
  expect(root).toMatchObject({ state: "succeeded", tolerated: true, totals: { failed: 1 } });
  const manifest = await server.get<object>(`/runs/${run.id}/manifest`);
  expect(manifest).toMatchObject({ state: "succeeded", success: true, tolerated: 1, counts: { failed: 1 } });

  club.closed.clear();
  await server.post(`/runs/${run.id}/retry`, { only: "failed" });
  const again = await server.finished(run.id);
  expect(again).toMatchObject({ state: "succeeded", tolerated: 0, summary: "51 task runs: 51 succeeded" });
  const records = await server.get<{ items: object[] }>("/data/pages?limit=500");
  expect(records.items).toHaveLength(51);
});

test("A crawl all of whose pages are closed has failed, however its start page answered", async () => {
  const server = await startServer();
  const behind = await crawl(server, (await startClub(PAGES)).url);
  expect(behind).toMatchObject({ code: 1, run: { state: "failed", reason: "task_failed", tolerated: 0 } });
  expect(behind.run.counts).toMatchObject({ succeeded: 1, failed: 50 });
  const start = await crawl(server, (await startClub(["/"])).url);
  expect(start).toMatchObject({ code: 1, run: { state: "failed", tolerated: 0, counts: { failed: 1 } } });
});
