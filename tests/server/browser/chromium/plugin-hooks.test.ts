import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { BrowsingSession, BrowsingSessionOptions } from "../../../../apps/server/core/browsing.ts";
import { type Started, start } from "../start.ts";

/** What plugins that were written for Puppeteer use of a page. */
interface PuppeteerPage {
  browser(): { userAgent(): Promise<string> };
  _client(): { send(method: string, params: object): Promise<unknown> };
  setRequestInterception(on: boolean): Promise<void>;
  on(event: "request", listener: (request: PuppeteerRequest) => void): void;
}

interface PuppeteerRequest {
  url(): string;
  resourceType(): string;
  isInterceptResolutionHandled(): boolean;
  continueRequestOverrides(): object;
  abort(reason?: string, priority?: number): Promise<void>;
  continue(overrides?: object, priority?: number): Promise<void>;
  respond(answer: object, priority?: number): Promise<void>;
}

const plugin = (name: string, hooks: object): object => ({ _isPuppeteerExtraPlugin: true, name, ...hooks });

/** As puppeteer-extra-plugin-block-resources and -adblocker do it. */
const decides = (name: string, decide: (request: PuppeteerRequest) => unknown): object =>
  plugin(name, {
    async onPageCreated(page: PuppeteerPage) {
      await page.setRequestInterception(true);
      page.on("request", (request) => {
        if (!request.isInterceptResolutionHandled()) decide(request);
      });
    },
  });

let here: Started;
beforeAll(async () => {
  here = await start();
  here.site.route("/page", '<title>T</title><img src="/own.png"><script src="/own.js"></script>');
  here.site.route("/own.js", (_request, response) => response.end("document.title += ' by the site'"));
  here.site.route("/own.png", (_request, response) => response.writeHead(404).end());
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => here.close());

type Use = (session: BrowsingSession) => Promise<{ readonly title: string | undefined }>;

const inVisit: Use = ({ fixtures }) => fixtures.visit(`${here.site.url}/page`, { render: "always" });
const inPage: Use = async ({ fixtures: { page } }) => {
  await page?.goto(`${here.site.url}/page`);
  return { title: await page?.title() };
};

async function seen(options: Partial<BrowsingSessionOptions>, use: Use = inVisit) {
  const before = here.site.received.length;
  const session = await here.open({ robots: "ignore", block: "none", fixtures: ["visit", "page"], ...options });
  const document = await use(session).finally(() => session.close());
  return { document, received: here.site.received.slice(before) };
}

describe("A plugin that changes a page", () => {
  const disguise = plugin("disguise", {
    async onPageCreated(page: PuppeteerPage) {
      const known = await page.browser().userAgent();
      // As plugins do it: nobody waits for this one.
      void page._client().send("Network.setUserAgentOverride", { userAgent: known.replace("Headless", "Own") });
    },
  });

  test.each([
    ["a script's page", inPage],
    ["a visit", inVisit],
  ])("has done so before the first request of %s", async (_what, use) => {
    const { received } = await seen({ plugins: [disguise] }, use);
    expect(received.length).toBeGreaterThan(0);
    for (const { headers } of received) expect(headers["user-agent"]).toContain("OwnChrome/");
  });

  test("and fails is told by name, and the attempt does not go on without it", async () => {
    const onPageCreated = () => Promise.reject(new Error("no such method"));
    await expect(seen({ plugins: [plugin("broken", { onPageCreated })] })).rejects.toMatchObject({
      code: "plugin_invalid",
      message: 'The plugin "broken" failed in its onPageCreated: no such method',
    });
  });
});

test("A plugin that fails before Chromium starts is told by name", async () => {
  const beforeLaunch = () => Promise.reject(new Error("no list"));
  await expect(seen({ plugins: [plugin("late", { beforeLaunch })] })).rejects.toMatchObject({
    code: "plugin_invalid",
    message: 'The plugin "late" failed in its beforeLaunch: no list',
  });
});

describe("Requests", () => {
  const noImages = decides("no-images", (request) =>
    request.resourceType() === "image"
      ? request.abort("blockedbyclient", 0)
      : request.continue(request.continueRequestOverrides(), 0),
  );
  const ownScript = decides("own-script", (request) =>
    request.url().endsWith(".js")
      ? request.respond({ status: 200, contentType: "text/javascript", body: "document.title += ' by a plugin'" })
      : request.continue(),
  );

  test.each([
    ["a script's page", inPage],
    ["a visit", inVisit],
  ])("of %s are what several plugins, written for Puppeteer, make of them", async (_what, use) => {
    const { document, received } = await seen({ plugins: [noImages, ownScript] }, use);
    expect(document.title).toBe("T by a plugin");
    expect(received.map(({ path }) => path)).toEqual(["/page"]);
  });

  test("carry a visit's own headers past plugins, visit after visit", async () => {
    const url = `${here.site.url}/page`;
    const { received } = await seen({ plugins: [noImages] }, async ({ fixtures: { visit } }) => {
      await visit(url, { render: "always", headers: { "X-Own": "1" } });
      return visit(url, { render: "always" });
    });
    const pages = received.filter(({ path }) => path === "/page");
    expect(pages.map(({ headers }) => headers["x-own"])).toEqual(["1", undefined]);
    expect(received.some(({ path }) => path === "/own.png")).toBe(false);
  });
});

test("What a plugin needs of others is found where the product was started", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ultravisor-plugins-"));
  const needed = join(folder, "node_modules", "puppeteer-extra-plugin-needed");
  mkdirSync(needed, { recursive: true });
  const hook = 'onPageCreated: (page) => page.addInitScript("window.needed = true")';
  const code = `module.exports = () => ({ _isPuppeteerExtraPlugin: true, name: "needed", ${hook} });`;
  writeFileSync(join(needed, "index.js"), code);
  vi.spyOn(process, "cwd").mockReturnValue(folder);
  const { document } = await seen(
    { plugins: [plugin("needy", { dependencies: new Set(["needed"]) })] },
    async ({ fixtures: { page } }) => ({
      title: String(await page?.goto(`${here.site.url}/page`).then(() => page.evaluate("window.needed"))),
    }),
  );
  expect(document.title).toBe("true");
  rmSync(folder, { recursive: true });
});

test.each(["user-data-dir", "user-preferences"])("The plugin %s, which would do nothing, is refused", async (name) => {
  await expect(seen({ plugins: [plugin(name, {})] })).rejects.toMatchObject({
    code: "plugin_invalid",
    message: expect.stringContaining("prepares a profile"),
  });
});
