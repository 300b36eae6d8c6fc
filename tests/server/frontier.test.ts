/** Crawls of a site on loopback by the whole server, as a user starts it. */
import { createHash, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { rawServer } from "../support/raw-server.ts";
import { makeFolder, startServer, type TestServer } from "../support/server.ts";

interface Task {
  readonly id: string;
  readonly key: string | null;
  readonly state: string;
  readonly reason: string;
  readonly output: unknown;
  readonly error: { readonly message: string } | null;
}

async function site(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer((request, response) => {
    response.setHeader("content-type", "text/html");
    answer(request, response);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A folder with one task, `crawl`, that follows all links of the host. */
function crawler(options = "", spawn = "", scope = "same-host"): string {
  const folder = makeFolder();
  const text = `import { browser } from "ultravisor";
export default browser({
  allowHosts: ["127.0.0.1:*"], ${options}
  async run({ input, visit, spawn, save }) {
    const page = await visit(input.url);
    await save("pages", { url: page.url });
    await spawn(page.links({ scope: "${scope}" }).map((url) => ({ url })), { key: (i) => i.url, ${spawn} });
  },
});`;
  writeFileSync(join(folder, "crawl.ts"), text);
  return folder;
}

async function crawl(server: TestServer, url: string): Promise<{ tasks: Task[]; pages: string[] }> {
  const { id } = await server.post<{ id: string }>("/runs", { task: "crawl", input: { url } });
  await server.finished(id);
  const tasks = await server.get<{ items: Task[] }>(`/runs/${id}/tasks?limit=500`);
  const pages = await server.get<{ items: { data: { url: string } }[] }>("/data/pages?limit=500");
  return { tasks: tasks.items, pages: pages.items.map((record) => record.data.url).sort() };
}

const TEXT = `<p>${"words ".repeat(60)}</p>`;

describe("A crawl whose links redirect", () => {
  const moved: Record<string, string> = { "/": "/home", "/old": "/new", "/older": "/new", "/back": "/" };
  const links = ["/", "/home", "/old", "/older", "/new", "/back", "/away"].map((path) => `<a href="${path}">x</a>`);

  async function movingSite(): Promise<string> {
    const elsewhere = await site((_request, response) => response.end(`<title>Elsewhere</title>${TEXT}`));
    return site((request, response) => {
      const target = request.url === "/away" ? elsewhere : moved[request.url ?? ""];
      if (target !== undefined) response.writeHead(302, { location: target }).end();
      else response.end(`<title>${request.url}</title>${TEXT}${links.join("")}`);
    });
  }

  test("records every page once, and none outside of what it asked for", async () => {
    const url = await movingSite();
    const { tasks, pages } = await crawl(await startServer({ tasks: crawler() }), `${url}/`);
    expect(pages).toEqual([`${url}/home`, `${url}/new`]);
    const ends = tasks.map((task) => [new URL(task.key ?? "").pathname, task.state, task.reason]);
    expect(ends.toSorted()).toEqual([
      ["/", "succeeded", "completed"],
      ["/away", "skipped", "out_of_scope"],
      ["/back", "skipped", "duplicate"],
      ["/new", "succeeded", "completed"],
      ["/old", "skipped", "duplicate"],
      ["/older", "skipped", "duplicate"],
    ]);
  }, 60_000);

  test("records what every address leads to when it is told not to check", async () => {
    const url = await movingSite();
    const server = await startServer({ tasks: crawler("", 'redirects: "any"') });
    const { tasks, pages } = await crawl(server, `${url}/`);
    expect(tasks.map((task) => task.state)).toEqual(tasks.map(() => "succeeded"));
    expect(pages.filter((page) => page === `${url}/new`)).toHaveLength(3);
  }, 60_000);
});

describe("A crawl of pages that are named like files", () => {
  const PAGES = ["/", "/about.php5", "/package/socket.io", "/setup.sh", "/wiki/File:Tea.jpg", "/wiki/Node.js"];
  const FILES = ["/app.js", "/endless.log", "/wiki/Tea.pdf"];

  /** Notes what is asked for, with the status of each answer. */
  async function wiki(files = FILES): Promise<{ url: string; asked: Map<string, number[]> }> {
    const links = [...PAGES, ...files, "/tea.jpg"].map((path) => `<a href="${path}">x</a>`).join("");
    const asked = new Map<string, number[]>();
    const url = await site((request, response) => {
      const path = request.url ?? "";
      const type = PAGES.includes(path) ? "text/html" : "text/plain";
      const status = request.headers["if-none-match"] ? 304 : 200;
      asked.set(path, [...(asked.get(path) ?? []), status]);
      response.writeHead(status, { "content-type": type, etag: '"1"' });
      if (status === 304) return response.end();
      if (path !== "/endless.log") return response.end(type === "text/html" ? `${TEXT}${links}` : "one");
      // A log that is being written: its first line comes, and then nothing for as long as somebody listens.
      return response.write("one line\n");
    });
    return { url, asked };
  }

  test.each([
    ["auto", FILES],
    ["always", FILES.filter((path) => path !== "/endless.log")],
  ])(
    "follows what is HTML, whatever it is called, and records no file (render: %s)",
    async (render, files) => {
      const { url, asked } = await wiki(files);
      const options = `render: "${render}", robots: "ignore", timeout: "20s", recrawl: true,`;
      const server = await startServer({ tasks: crawler(options) });
      const { tasks, pages } = await crawl(server, `${url}/`);
      expect(pages).toEqual(PAGES.map((path) => url + path));
      const skipped = tasks.filter((task) => task.state !== "succeeded");
      expect(skipped.map(({ key, state, reason }) => [key, state, reason]).toSorted()).toEqual(
        files.map((path) => [url + path, "skipped", "no_page"]),
      );
      expect(asked.has("/tea.jpg")).toBe(false);
    },
    60_000,
  );

  test("asks for what turned out to be a file only if it has changed, the next time", async () => {
    const { url, asked } = await wiki();
    const server = await startServer({ tasks: crawler('robots: "ignore", recrawl: true,') });
    await crawl(server, `${url}/`);
    asked.clear();
    await crawl(server, `${url}/`);
    expect(Object.fromEntries(asked)).toEqual(Object.fromEntries([...PAGES, ...FILES].map((path) => [path, [304]])));
  }, 60_000);
});

interface Run {
  readonly state: string;
  readonly summary: string;
  readonly counts: Record<string, number>;
  readonly notStarted: Record<string, number>;
}

async function crawled(server: TestServer, url: string): Promise<{ run: Run; id: string }> {
  const { id } = await server.post<{ id: string }>("/runs", { task: "crawl", input: { url } });
  await server.finished(id);
  return { id, run: await server.get<Run>(`/runs/${id}`) };
}

describe("A crawl that finds no end", () => {
  test("leaves a calendar with a page for every day, keeps what it has, and says why", async () => {
    const month = (n: number): string => `/calendar/${2026 + Math.floor(n / 12)}/${(n % 12) + 1}`;
    const url = await site((request, response) => {
      const [, , year, at] = (request.url ?? "").split("/").map(Number);
      const n = year && at ? (year - 2026) * 12 + at - 1 : 10;
      const days = [1, 2, 3].map((day) => `<a href="${month(n)}/${day}">${day}</a>`);
      response.end(`<title>Month ${n}</title>${TEXT}${days.join("")}<a href="${month(n + 1)}">next</a>`);
    });
    const server = await startServer({ tasks: crawler("limits: { depth: 100_000 },") });
    const { run, id } = await crawled(server, `${url}/`);
    expect(run).toMatchObject({ state: "succeeded", counts: { failed: 0 } });
    expect(run.notStarted.trap_suspected).toBeGreaterThan(0);
    expect(run.counts.succeeded).toBeLessThan(60 * 4);
    expect(run.summary).toMatch(/not started: \d+ \(trap suspected\)$/);
    const { items } = await server.get<{ items: unknown[] }>(`/runs/${id}/not-started`);
    expect(items).toContainEqual(
      expect.objectContaining({ reason: "trap_suspected", detail: expect.stringMatching(/a calendar without end/) }),
    );
  }, 60_000);

  test("takes the newspapers of 1912 and 1913 that its first page lists", async () => {
    const months = Array.from({ length: 24 }, (_, n) => `/${1912 + Math.floor(n / 12)}/${(n % 12) + 1}`);
    const links = months.map((path) => `<a href="${path}">x</a>`).join("");
    const url = await site((request, response) =>
      response.end(
        `<title>${request.url}</title>${TEXT}${request.url === "/" ? links : `<a href="${request.url}/15">x</a>`}`,
      ),
    );
    const server = await startServer({ tasks: crawler("limits: { depth: 2 },") });
    const { run } = await crawled(server, `${url}/`);
    expect(run).toMatchObject({ counts: { succeeded: 1 + 2 * 24 }, notStarted: { trap_suspected: 0 } });
  }, 60_000);

  test("leaves pages that hand every visitor new addresses, and takes 600 articles that look much the same", async () => {
    const article = (n: number): string => `<a href="/a/${createHash("sha1").update(String(n)).digest("hex")}">x</a>`;
    const articles = new Map(Array.from({ length: 600 }, (_, n) => [article(n), n]));
    const fresh = (): string => `<a href="/v/${randomBytes(8).toString("hex")}/page">x</a>`;
    const read = new Set<number>();
    const url = await site((request, response) => {
      const path = request.url ?? "";
      const n = articles.get(`<a href="${path}">x</a>`);
      if (n !== undefined) read.add(n);
      if (n !== undefined)
        response.end(`<title>Article ${n}</title>${TEXT}${article((n + 1) % 600)}${article((n + 7) % 600)}`);
      else if (path.startsWith("/v/")) response.end(`<title>You</title>Visitor ${path}${TEXT}${fresh()}${fresh()}`);
      else response.end(`<title>Start</title>${TEXT}${article(0)}${fresh()}${fresh()}`);
    });
    const server = await startServer({ tasks: crawler("limits: { depth: 100_000 },") });
    const { run, id } = await crawled(server, `${url}/`);
    expect(run).toMatchObject({ state: "succeeded", counts: { failed: 0 } });
    expect(read.size).toBe(600);
    expect(run.counts.succeeded).toBeLessThan(600 + 1200);
    const { items } = await server.get<{ items: unknown[] }>(`/runs/${id}/not-started`);
    expect(items).toContainEqual(
      expect.objectContaining({ reason: "trap_suspected", detail: expect.stringMatching(/\/v show what others show/) }),
    );
  }, 60_000);

  test("ends when it has received as many bytes as it may, and skips what waited", async () => {
    const page = (n: number): string => [1, 2, 3].map((next) => `<a href="/${n * 3 + next}">x</a>`).join("");
    const url = await site((request, response) =>
      response.end(`<title>x</title>${page(Number(request.url?.slice(1) ?? 0))}${"x".repeat(50_000)}`),
    );
    // What is under way is finished: on a machine of many cores that would be many pages.
    const env = { ULTRAVISOR_CONCURRENCY: "browser=4" };
    const { run } = await crawled(await startServer({ tasks: crawler('limits: { bytes: "1MB" },'), env }), `${url}/`);
    expect(run.state).toBe("succeeded");
    expect(run.counts.succeeded).toBeGreaterThanOrEqual(20);
    expect(run.counts.succeeded).toBeLessThan(40);
    expect(run.counts.skipped).toBeGreaterThan(0);
    expect(run.notStarted.bytes).toBeGreaterThan(0);
  }, 60_000);

  test("ends when its time is over", async () => {
    const url = await site((request, response) =>
      response.end(`<title>x</title>${TEXT}<a href="/${Number(request.url?.slice(1) ?? 0) + 1}">x</a>`),
    );
    const { run } = await crawled(
      await startServer({ tasks: crawler('perHost: { delay: "100ms" }, limits: { time: "2s" },') }),
      `${url}/`,
    );
    expect(run).toMatchObject({ state: "succeeded", notStarted: { depth: 0, time: 1 } });
  }, 60_000);
});

describe("A page that never comes", () => {
  test.each([
    ["over HTTP", "never"],
    ["in Chromium", "always"],
  ])(
    "%s ends with its subtask's time, and costs the others nothing",
    async (_where, render) => {
      const { port } = await rawServer(() => {});
      const slow = [`http://127.0.0.1:${port}/`, `https://127.0.0.1:${port}/`];
      const links = [...slow, "/fine"].map((address) => `<a href="${address}">x</a>`).join("");
      const url = await site((_request, response) => response.end(`<title>x</title>${TEXT}${links}`));
      const folder = crawler(
        `render: "${render}", robots: "ignore", timeout: "3s", retry: { attempts: 1 },`,
        "",
        "any",
      );
      const server = await startServer({ tasks: folder });
      const { tasks } = await crawl(server, `${url}/`);
      const ends = tasks.map((task) => [task.key, task.state, task.error?.message ?? null]);
      const message = "took longer than 3 s and was ended";
      expect(ends).toEqual([
        [`${url}/`, "succeeded", null],
        ...slow.map((address) => [address, "failed", message]),
        [`${url}/fine`, "succeeded", null],
      ]);
    },
    60_000,
  );
});
