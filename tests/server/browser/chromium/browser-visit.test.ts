import type { ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { VisitOptions } from "../../../../apps/sdk/context.ts";
import type { BrowsingSession } from "../../../../apps/server/core/browsing.ts";
import { type Site, startSite } from "../../../support/site.ts";
import { type Started, start } from "../start.ts";

let started: Started;
let session: BrowsingSession;
const visit = (path: string, options: VisitOptions = { render: "always" }) =>
  session.fixtures.visit(started.site.url + path, options);

beforeAll(async () => {
  started = await start();
  session = await started.open();
});

afterAll(async () => {
  await session.close();
  await started.close();
});

describe("an automatic visit", () => {
  test("enters Chromium for a page that scripts build, and says why", async () => {
    const document = await visit("/app/", {});
    expect(document).toMatchObject({
      tier: "browser",
      status: 200,
      type: "text/html",
      title: "Home",
      url: `${started.site.url}/app/`,
    });
    expect(document.tierReason).toContain('<div id="root"> is empty');
    expect(document.text).toContain("Rendered from data");
    expect(document.links()).toEqual(["/app/", "/app/teas", "/app/milks"].map((path) => started.site.url + path));
    expect(document.links({ files: "csv" })).toEqual([`${started.site.url}/docs/files/prices.csv`]);
    expect(started.logged.at(-1)).toContain("in Chromium: its <div");
  });

  test("keeps a page that is whole in HTTP", async () => {
    expect(await visit("/docs/", {})).toMatchObject({ tier: "http", tierReason: "the page has no scripts" });
  });

  test("takes the page as HTTP has it when the task says never", async () => {
    expect(await visit("/app/", { render: "never" })).toMatchObject({ tier: "http", title: "Loading", text: "" });
  });
});

describe("a visit in Chromium", () => {
  test("gives the same document as HTTP gives of a page without scripts", async () => {
    const inChromium = await visit("/docs/");
    const overHttp = await visit("/docs/", { render: "never" });
    const facts = ({ url, status, type, title, text, forms }: typeof overHttp) => ({
      url,
      status,
      type,
      title,
      text,
      forms,
    });
    expect(inChromium.tier).toBe("browser");
    expect(facts(inChromium)).toEqual(facts(overHttp));
    expect(inChromium.links()).toEqual(overHttp.links());
  });

  test("finds links in open shadow roots, nested ones too", async () => {
    const document = await visit("/shadow");
    expect(document.links()).toEqual([`${started.site.url}/docs/`, `${started.site.url}/docs/install.html`]);
    expect(document.text).toBe("Outside Inside the shadow Deeper");
  });

  test("follows where the page's script goes", async () => {
    started.site.route("/client-redirect", "<script>location.replace('/docs/')</script>");
    expect(await visit("/client-redirect")).toMatchObject({ url: `${started.site.url}/docs/`, title: "Manual" });
  });

  test("leaves to HTTP what Chromium would download", async () => {
    expect(await visit("/docs/files/manual.pdf")).toMatchObject({ tier: "http", type: "application/pdf", html: "" });
  });

  test("gives the text of what is text but no page", async () => {
    expect(await visit("/app/data.json")).toMatchObject({
      tier: "browser",
      type: "application/json",
      html: '{"greeting":"Rendered from data"}',
    });
  });

  test("sends the headers given to the page's own origin and to no other", async () => {
    const other: Site = await startSite();
    other.route(
      "/pixel.js",
      (_request, response) => void response.writeHead(200, { "content-type": "text/javascript" }).end(),
    );
    started.site.route("/with-pixel", `<title>Pixel</title><script src="${other.url}/pixel.js"></script>`);
    await visit("/with-pixel", { render: "always", headers: { Authorization: "Bearer secret" } });
    await visit("/docs/reference.html");
    const seen = (site: Site, path: string) =>
      site.received.find((request) => request.path === path)?.headers.authorization;
    expect(seen(started.site, "/with-pixel")).toBe("Bearer secret");
    expect(other.count("/pixel.js")).toBe(1);
    expect(seen(other, "/pixel.js")).toBeUndefined();
    expect(seen(started.site, "/docs/reference.html")).toBeUndefined();
    await other.close();
  });

  test("counts what each tier served", async () => {
    const own = await started.open();
    await own.fixtures.visit(`${started.site.url}/docs/`);
    await own.fixtures.visit(`${started.site.url}/app/`);
    expect(own.tiers()).toMatchObject({ http: 1, browser: 1 });
    await own.close();
  });
});

describe("what goes wrong in Chromium", () => {
  test.each([
    ["/missing", { code: "not_found", reason: "not_found", retryable: false, status: 404 }],
    ["/status?code=403", { code: "http_status", retryable: false }],
    ["/status?code=503", { code: "http_status", reason: "http_status", retryable: true, retryAfter: null }],
    ["/loop", { code: "too_many_redirects", retryable: false }],
    ["/script-loop", { code: "too_many_redirects", retryable: false }],
  ])("at %s is told as %j, as over HTTP", async (path, expected) => {
    await expect(visit(path)).rejects.toMatchObject({ name: "BrowsingError", ...expected });
  });

  test("is told as network when nothing listens there, and the next visit works", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const visiting = session.fixtures.visit(`http://127.0.0.1:${port}/`, { render: "always" });
    await expect(visiting).rejects.toMatchObject({ code: "network", reason: "network", retryable: true });
    expect(await visit("/docs/")).toMatchObject({ title: "Manual" });
  });

  test("is no concern of the next visit when the page before goes elsewhere meanwhile", async () => {
    const own = await started.open();
    const { site } = started;
    const listening = Promise.withResolvers<ServerResponse>();
    site.route(
      "/restless",
      "<script>new EventSource('/signal').onmessage = () => { location.href = '/docs/'; fetch('/leaving') }</script>",
    );
    site.route("/signal", (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
      listening.resolve(response);
    });
    await own.fixtures.visit(`${site.url}/restless`, { render: "always" });
    const gate = site.hold("/docs/guide/first.html");
    const visiting = own.fixtures.visit(`${site.url}/docs/guide/first.html`, { render: "always" });
    await gate.arrived;
    (await listening.promise).write("data: go\n\n");
    await expect.poll(() => site.count("/leaving"), { timeout: 10_000 }).toBe(1);
    gate.open();
    expect(await visiting).toMatchObject({ title: "First steps" });
    await own.close();
  });

  test("is told as timeout when a page is busy without end, and the next visit works", async () => {
    const own = await started.open();
    const visiting = own.fixtures.visit(`${started.site.url}/busy`, { render: "always" });
    await expect(visiting).rejects.toMatchObject({
      code: "timeout",
      retryable: true,
      message: expect.stringContaining("busy with itself"),
    });
    const next = await own.fixtures.visit(started.site.documentation.start, { render: "always" });
    expect(next.title).toBe("Manual");
    await own.close();
  });

  test("stops at once when the attempt is cancelled", async () => {
    const controller = new AbortController();
    const own = await started.open({ signal: controller.signal });
    const gate = started.site.hold("/docs/guide/");
    const visiting = own.fixtures.visit(`${started.site.url}/docs/guide/`, { render: "always" });
    await gate.arrived;
    controller.abort(new Error("cancelled by a person"));
    await expect(visiting).rejects.toThrow("cancelled by a person");
    await own.close();
    gate.open();
  });
});
