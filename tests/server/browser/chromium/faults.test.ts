/** Pages that break, hang or attack: each ends soon, says why, and costs nobody else anything. */
import type { ServerResponse } from "node:http";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BrowsingSession, BrowsingSessionOptions } from "../../../../apps/server/core/browsing.ts";
import { processIdOf, type Started, start } from "../start.ts";

const GiB = 1024 ** 3;
let started: Started;

beforeAll(async () => {
  started = await start({ memory: () => ({ total: GiB, available: 16 * GiB }) });
});

afterAll(() => started.close());

async function visited(path: string, options: Partial<BrowsingSessionOptions> = {}): Promise<string> {
  const session = await started.open({ render: "always", ...options });
  try {
    return (await session.fixtures.visit(started.site.url + path)).title;
  } finally {
    await session.close();
  }
}

/** A session with a page of its own, and its Chromium. */
async function scripted(): Promise<{ session: BrowsingSession; browser: Browser }> {
  const session = await started.open({ fixtures: ["page", "visit"] });
  const browser = session.fixtures.page?.context().browser();
  if (!browser) throw new Error("The session has no page.");
  return { session, browser };
}

const nextWorks = () => expect(visited("/docs/")).resolves.toBe("Manual");

describe("a page that leads in circles", () => {
  test("by redirects is told with its chain, before the 20th", async () => {
    started.site.route("/chain", (_request, response, url) => {
      const hop = Number(url.searchParams.get("hop") ?? 0) + 1;
      response.writeHead(302, { location: hop > 1000 ? "/docs/" : `/chain?hop=${hop}` }).end();
    });
    await expect(visited("/chain")).rejects.toMatchObject({
      code: "too_many_redirects",
      message: expect.stringMatching(/\/chain → .*\/chain\?hop=3 → … → .*hop=19\./),
    });
    expect(started.site.count("/chain")).toBe(20);
    await nextWorks();
  });

  test.each([
    ["refreshing itself", "/refresh-circle", '<meta http-equiv="refresh" content="0; url=/refresh-circle">'],
    ["its script", "/script-circle", "<script>location.replace('/script-circle?' + Math.random())</script>"],
    ["its script, after it has loaded", "/late-circle", "<script>onload = () => location.reload()</script>"],
  ])("by %s is told with its chain, after 10 times", async (_how, path, body) => {
    started.site.route(path, body);
    await expect(visited(path)).rejects.toMatchObject({
      code: "too_many_redirects",
      message: expect.stringContaining("goes to another address more than 10 times"),
    });
    expect(started.site.count(path)).toBeLessThanOrEqual(12);
    await nextWorks();
  });
});

describe("an answer that does not end", () => {
  test.each([
    ["comes drop by drop", (response: ServerResponse) => void response.write("<p>")],
    ["floods", (response: ServerResponse) => void setInterval(() => response.write("<p>x".repeat(10_000)), 5).unref()],
  ])("and %s ends with its attempt, at once", async (_how, pour) => {
    const pouring = Promise.withResolvers<void>();
    started.site.route("/endless", (_request, response) => {
      response.writeHead(200, { "content-type": "text/html" });
      pour(response);
      pouring.resolve();
    });
    const over = new AbortController();
    const visiting = visited("/endless", { signal: over.signal });
    await pouring.promise;
    over.abort(new Error("the attempt is over"));
    await expect(visiting).rejects.toThrow("the attempt is over");
    await nextWorks();
  });
});

test("Visits that were given up keep no place among those that go on at once", async () => {
  for (let visit = 0; visit < 10; visit++) {
    const arrived = Promise.withResolvers<void>();
    started.site.route("/never", () => arrived.resolve());
    const over = new AbortController();
    const visiting = visited("/never", { signal: over.signal });
    await arrived.promise;
    over.abort(new Error("the attempt is over"));
    await expect(visiting).rejects.toThrow("the attempt is over");
  }
  await nextWorks();
});

describe("a page that takes all it can get", () => {
  test("of memory is ended, and told as crashed", async () => {
    const hoard = "setInterval(() => { kept.push(new Uint8Array(2 ** 25).fill(1)); document.title = kept.length }, 10)";
    started.site.route("/hoard", `<title>Hoard</title><script>const kept = []; ${hoard}</script>`);
    const { session, browser } = await scripted();
    session.fixtures.page?.goto(`${started.site.url}/hoard`).catch(() => {});
    expect(await session.broken).toMatchObject({ code: "browser_crashed", reason: "crashed", retryable: true });
    expect(browser.isConnected()).toBe(true);
    await session.close();
    await nextWorks();
  });

  test("of windows is ended, and told as crashed", async () => {
    const body = "<title>Thousand</title><script>for (let i = 0; i < 1000; i++) open('about:blank')</script>";
    started.site.route("/thousand", body);
    await expect(visited("/thousand")).rejects.toMatchObject({
      code: "browser_crashed",
      message: expect.stringContaining("opened windows without end"),
    });
    await nextWorks();
  });

  test("of its visitor's patience, by dialogs, is told as timeout", async () => {
    started.site.route("/dialogs-for-ever", "<script>for (;;) alert('Stay!')</script>");
    await expect(visited("/dialogs-for-ever")).rejects.toMatchObject({ code: "timeout" });
    expect(started.logged.filter((line) => line.includes("Stay!")).length).toBeLessThanOrEqual(20);
    await nextWorks();
  });
});

describe("what hangs", () => {
  test("as a page is told as timeout, though its process cannot even be asked", async () => {
    const { session, browser } = await scripted();
    const gate = started.site.hold("/slow.js");
    started.site.route("/with-slow", "<title>Slow</title><script src='/slow.js'></script>");
    const visiting = session.fixtures.visit(`${started.site.url}/with-slow`, { render: "always" });
    await gate.arrived;
    const cdp = await browser.newBrowserCDPSession();
    const { processInfo } = await cdp.send("SystemInfo.getProcessInfo");
    const pages = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
    for (const pid of pages) process.kill(pid, "SIGSTOP");
    await expect(visiting).rejects.toMatchObject({ code: "timeout", message: expect.stringContaining("busy") });
    for (const pid of pages) process.kill(pid, "SIGCONT");
    gate.open();
    await session.close();
    await nextWorks();
  });

  test("as a whole Chromium is killed, and told as crashed to everybody in it", async () => {
    const [a, b] = await Promise.all([scripted(), scripted()]);
    process.kill(await processIdOf(a.browser), "SIGSTOP");
    expect(await a.session.broken).toMatchObject({ code: "browser_crashed" });
    expect(await b.session.broken).toMatchObject({ code: "browser_crashed" });
    await Promise.all([a.session.close(), b.session.close()]);
    await nextWorks();
  });
});

describe("a Chromium that is killed", () => {
  test("again and again is replaced each time, and nobody waits for a timeout", async () => {
    for (let kill = 0; kill < 3; kill++) {
      const { session, browser } = await scripted();
      const gate = started.site.hold("/docs/");
      const visiting = session.fixtures.visit(started.site.documentation.start, { render: "always" });
      await gate.arrived;
      process.kill(await processIdOf(browser), "SIGKILL");
      await expect(visiting).rejects.toMatchObject({ code: "browser_crashed", reason: "crashed", retryable: true });
      gate.open();
      await session.close();
      await nextWorks();
    }
  });
});
