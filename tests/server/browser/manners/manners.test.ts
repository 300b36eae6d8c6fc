import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { BrowsingSessionOptions } from "../../../../apps/server/core/browsing.ts";
import { type Handler, html } from "../../../support/site.ts";
import { type Started, start } from "../start.ts";

let started: Started;

beforeEach(async () => {
  started = await start();
});

afterEach(() => started.close());

const robots =
  (text: string, type = "text/plain"): Handler =>
  (_request, response) =>
    void response.writeHead(200, { "content-type": type }).end(text);

async function opened(options: Partial<BrowsingSessionOptions> = {}) {
  const { fixtures } = await started.open(options);
  return {
    visit: (path: string, render: "never" | "always" = "never") => fixtures.visit(started.site.url + path, { render }),
    download: (path: string) => fixtures.download(started.site.url + path, { required: true }),
  };
}

const FORBIDDEN = { name: "BrowsingError", code: "robots_disallowed", reason: "error", retryable: false };

describe("robots.txt", () => {
  beforeEach(() =>
    started.site.route("/robots.txt", robots("User-agent: *\nDisallow: /docs/guide/\nDisallow: /docs/files/")),
  );

  test("is obeyed by visits in both tiers and by downloads, and what it forbids is never asked for", async () => {
    const { visit, download } = await opened();
    await expect(visit("/docs/guide/")).rejects.toMatchObject(FORBIDDEN);
    await expect(visit("/docs/guide/", "always")).rejects.toMatchObject(FORBIDDEN);
    await expect(download("/docs/files/manual.pdf")).rejects.toMatchObject(FORBIDDEN);
    expect(await visit("/docs/install.html")).toMatchObject({ title: "Install" });
    expect(started.site.received.map((request) => request.path)).toEqual(["/robots.txt", "/docs/install.html"]);
  });

  test("is fetched once for all sessions of a runner, however many ask at once", async () => {
    const sessions = await Promise.all([opened(), opened(), opened()]);
    await Promise.all(sessions.map(({ visit }) => visit("/docs/")));
    await sessions[0]?.visit("/docs/install.html");
    expect(started.site.count("/robots.txt")).toBe(1);
  });

  test("holds for where redirects lead, over HTTP and in Chromium", async () => {
    started.site.route(
      "/away",
      (_request, response) => void response.writeHead(302, { location: "/docs/guide/" }).end(),
    );
    started.site.route("/scripted", "<title>Go</title><script>location.replace('/docs/guide/')</script>");
    const { visit } = await opened();
    await expect(visit("/away")).rejects.toMatchObject(FORBIDDEN);
    expect(started.site.count("/docs/guide/")).toBe(0);
    await expect(visit("/scripted", "always")).rejects.toMatchObject(FORBIDDEN);
  });

  test("is not even fetched when the task says to ignore it", async () => {
    const { visit } = await opened({ robots: "ignore" });
    expect(await visit("/docs/guide/")).toMatchObject({ title: "Guide" });
    expect(started.site.count("/robots.txt")).toBe(0);
  });

  test("that is forbidden (403) forbids nothing", async () => {
    started.site.route(
      "/robots.txt",
      (_request, response) => void response.writeHead(403).end("User-agent: *\nDisallow: /"),
    );
    expect(await (await opened()).visit("/docs/")).toMatchObject({ title: "Manual" });
  });

  test.each([500, 503, 429])("that cannot be had (%s) forbids everything for now", async (status) => {
    started.site.route("/robots.txt", (_request, response) => void response.writeHead(status).end());
    const { visit } = await opened();
    await expect(visit("/docs/")).rejects.toMatchObject({ code: "robots_disallowed", retryable: true, status });
    await expect(visit("/docs/install.html")).rejects.toMatchObject({ code: "robots_disallowed" });
    expect(started.site.received.map((request) => request.path)).toEqual(["/robots.txt"]);
  });

  test("is found behind redirects, and read up to 500 KiB without a line cut in two", async () => {
    const rule = "Disallow: /docs/install.html\n";
    const filler = `# ${"x".repeat(500 * 1024 - 14 - 3 - rule.length - 12)}\n`;
    started.site.route("/robots.txt", (_request, response) => void response.writeHead(301, { location: "/r" }).end());
    started.site.route("/r", robots(`User-agent: *\n${filler}${rule}Disallow: /docs/reference.html\n`));
    const { visit } = await opened();
    await expect(visit("/docs/install.html")).rejects.toMatchObject(FORBIDDEN);
    expect(await visit("/docs/reference.html")).toMatchObject({ title: "Reference" });
    expect(await visit("/docs/")).toMatchObject({ title: "Manual" });
  });

  test("is read by its byte order mark", async () => {
    const text = Buffer.from("\ufeffUser-agent: *\r\nDisallow: /docs/guide/", "utf16le");
    started.site.route("/robots.txt", (_request, response) => void response.writeHead(200).end(text));
    const { visit } = await opened();
    await expect(visit("/docs/guide/")).rejects.toMatchObject(FORBIDDEN);
    expect(await visit("/docs/")).toMatchObject({ title: "Manual" });
  });

  test("that does not answer is no reason to stay when the attempt is cancelled", async () => {
    const gate = started.site.hold("/robots.txt");
    const controller = new AbortController();
    const { visit } = await opened({ signal: controller.signal });
    const visiting = visit("/docs/");
    await gate.arrived;
    controller.abort(new Error("cancelled"));
    await expect(visiting).rejects.toThrow("cancelled");
    gate.open();
  });
});

describe("a host", () => {
  test("is asked so many things at a time, by all sessions together, and goes on when one is answered", async () => {
    const paths = ["/1", "/2", "/3", "/4"];
    let inside = 0;
    let most = 0;
    const arrived = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    for (const path of paths) {
      started.site.route(path, async (request, response, url) => {
        inside += 1;
        most = Math.max(most, inside);
        if (inside === 2) arrived.resolve();
        await release.promise;
        inside -= 1;
        html(`<title>${path}</title>`)(request, response, url);
      });
    }
    const visits = paths.map(async (path) => (await opened({ perHost: { concurrency: 2 } })).visit(path));
    await arrived.promise;
    release.resolve();
    expect((await Promise.all(visits)).map((page) => page.title)).toEqual(paths);
    expect(most).toBe(2);
  });

  test("is given time between two requests when its robots.txt says so", async () => {
    started.site.route("/robots.txt", robots("User-agent: *\nCrawl-delay: 0.3"));
    const times: number[] = [];
    started.site.route("/timed", (request, response, url) => {
      times.push(performance.now());
      html("<title>Timed</title>")(request, response, url);
    });
    const { visit } = await opened();
    await Promise.all([visit("/timed"), visit("/timed"), visit("/timed")]);
    expect((times[2] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(500);
  });

  test.each(["never", "always"] as const)(
    "that is busy (render: %s) is asked again after the time it names",
    async (render) => {
      let asked = 0;
      started.site.route("/busy-now", (request, response, url) => {
        asked += 1;
        if (asked === 1) response.writeHead(503, { "retry-after": "1", "content-type": "text/html" }).end();
        else html("<title>Ready</title>")(request, response, url);
      });
      const { visit } = await opened();
      expect(await visit("/busy-now", render)).toMatchObject({ title: "Ready" });
      expect(asked).toBe(2);
    },
  );

  test("that wants to be left alone for long is, by every session, while other hosts are asked", async () => {
    const other = await start();
    const { visit } = await opened();
    await expect(visit("/status?code=429&after=600")).rejects.toMatchObject({
      code: "http_status",
      retryable: true,
      status: 429,
      retryAfter: 600_000,
    });
    const asked = started.site.received.length;
    await expect((await opened()).visit("/docs/")).rejects.toMatchObject({
      retryable: true,
      retryAfter: expect.any(Number),
      message: expect.stringContaining("left alone"),
    });
    expect(started.site.received.length).toBe(asked);
    const session = await started.open();
    expect(await session.fixtures.visit(other.site.documentation.start)).toMatchObject({ title: "Manual" });
    await other.close();
  });
});
