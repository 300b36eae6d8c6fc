import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BrowsingSession } from "../../../../apps/server/core/browsing.ts";
import { html } from "../../../support/site.ts";
import { type Started, start } from "../start.ts";

let started: Started;
let session: BrowsingSession;
const visit = (path: string, headers?: Record<string, string>) =>
  session.fixtures.visit(started.site.url + path, { render: "never", ...(headers && { headers }) });

beforeAll(async () => {
  started = await start({ chromium: null });
  session = await started.open();
});

afterAll(() => started.close());

describe("a visit over HTTP", () => {
  test("gives the page with its address, status, headers, title, text and links", async () => {
    const document = await visit("/docs/");
    expect(document).toMatchObject({
      url: `${started.site.url}/docs/`,
      status: 200,
      type: "text/html",
      title: "Manual",
      tier: "http",
    });
    expect(document.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(document.text).toContain("Every chapter of this manual");
    expect(document.links({ scope: "same-host" })).toEqual(
      ["/docs/install.html", "/docs/guide/", "/docs/reference.html"].map((path) => started.site.url + path),
    );
  });

  test.each(["gzip", "deflate", "br", "zstd", "raw-deflate", "twice", "not-at-all", "unsaid", "unknown", "broken-off"])(
    "reads a page sent as %s",
    async (encoding) => {
      expect((await visit(`/encoded/${encoding}`)).text).toBe("Grüße aus Köln, für 5 €");
    },
  );

  test("reads a page that is too large to be unpacked in one go", async () => {
    const page = await visit("/encoded/large");
    expect(page).toMatchObject({ title: "Large" });
    expect(page.html.length).toBeGreaterThan(600_000);
  });

  test.each(["header", "meta", "none", "utf-8", "mark", "quoted", "unknown", "late", "claims-utf-16"])(
    "reads a page whose charset is known by %s",
    async (source) => {
      expect((await visit(`/charset/${source}`)).text).toBe("Grüße aus Köln, für 5 €");
    },
  );

  test("asks with the headers given, and tells who is asking", async () => {
    await visit("/docs/reference.html", { "X-Own": "1", "User-Agent": "mine" });
    await visit("/docs/reference.html");
    const [own, usual] = started.site.received.filter((request) => request.path === "/docs/reference.html");
    expect(own?.headers).toMatchObject({
      "x-own": "1",
      "user-agent": "mine",
      "accept-encoding": "gzip, deflate, br, zstd",
    });
    expect(usual?.headers["user-agent"]).toContain("Ultravisor");
  });

  test("keeps its connection for the next page", async () => {
    const before = started.site.connections();
    for (let i = 0; i < 5; i++) await visit("/docs/");
    expect(started.site.connections()).toBe(before);
  });

  test("does not read what is no text, and does not take it for a page", async () => {
    const document = await visit("/docs/files/manual.pdf");
    expect(document).toMatchObject({ type: "application/pdf", html: "", text: "", title: "" });
    expect(document.links()).toEqual([]);
  });

  test("gives the text of what is text but no page", async () => {
    const document = await visit("/docs/files/prices.csv");
    expect(document).toMatchObject({ type: "text/csv", html: "item,price\ntea,2.50\nmilk,1.20\n" });
  });

  test("looks at an answer without a type to see whether it is a page", async () => {
    started.site.route("/untyped", (_request, response) => void response.end("<!DOCTYPE html><title>Found</title>"));
    started.site.route("/untyped-bytes", (_request, response) => void response.end(Buffer.from([0, 1, 2, 3])));
    expect(await visit("/untyped")).toMatchObject({ type: "text/html", title: "Found" });
    expect(await visit("/untyped-bytes")).toMatchObject({ type: "application/octet-stream", html: "" });
  });
});

describe("redirects over HTTP", () => {
  test.each(["/old-docs", "/redirect?n=20", "/refresh", "/refresh-from-base", "/refresh-header"])(
    "from %s lead to the page at their end",
    async (path) => {
      expect(await visit(path)).toMatchObject({ url: `${started.site.url}/docs/`, title: "Manual" });
    },
  );

  test.each([
    ["/loop", "redirects in a circle"],
    ["/redirect?n=21", "redirects more than 20 times"],
    ["/refresh-loop", "refreshes itself more than 10 times"],
  ])("from %s end with too_many_redirects, and the message shows the way", async (path, what) => {
    const error = await visit(path).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "too_many_redirects", retryable: false });
    expect(String(error)).toContain(what);
    expect(String(error)).toContain(" → ");
  });

  test.each([
    [Buffer.from("/caf\u00e9").toString("latin1"), "/caf%C3%A9"],
    ["/caf\xe9", "/caf%E9"],
    ["/a b?c d", "/a%20b?c%20d"],
    ["sub/../other#part", "/other"],
    [["/first", "/second"], "/first"],
  ])("to %j, as its bytes are, lead to %j", async (location, path) => {
    started.site.route("/moved", (_request, response) => {
      response.setHeader("location", location);
      response.writeHead(302).end();
    });
    started.site.route(path.replace(/[?].*/, ""), "<title>Here</title>");
    expect((await visit("/moved")).url).toBe(started.site.url + path);
  });

  test("that a page asks for go nowhere but to other pages", async () => {
    expect((await visit("/refresh-to-mail")).text).toBe("Write to us");
  });

  test("to another scheme are refused", async () => {
    await expect(visit("/to-file-scheme")).rejects.toMatchObject({
      code: "invalid_url",
      message: expect.stringContaining("file:///etc/passwd"),
    });
  });

  test("to another origin take no keys with them", async () => {
    const other = await start({ chromium: null });
    started.site.route(
      "/away",
      (_request, response) => void response.writeHead(302, { location: `${other.site.url}/docs/` }).end(),
    );
    await visit("/away", { authorization: "Bearer secret", "accept-language": "de" });
    expect(started.site.received.findLast((request) => request.path === "/away")?.headers.authorization).toBe(
      "Bearer secret",
    );
    const received = other.site.received.find((request) => request.path === "/docs/");
    expect(received?.headers).toMatchObject({ "accept-language": "de" });
    expect(received?.headers.authorization).toBeUndefined();
    await other.close();
  });

  test("to the same address are followed when a cookie makes it another question", async () => {
    started.site.route("/gate", (request, response) => {
      if (request.headers.cookie?.includes("seen=1"))
        html("<title>Inside</title>")(request, response, new URL("http://x/"));
      else response.writeHead(302, { location: "/gate", "set-cookie": "seen=1; Path=/gate" }).end();
    });
    expect((await visit("/gate")).title).toBe("Inside");
  });
});

describe("what goes wrong over HTTP", () => {
  test.each([
    ["/missing", { code: "not_found", reason: "not_found", retryable: false, retryAfter: null, status: 404 }],
    ["/status?code=410", { code: "not_found", reason: "not_found", retryable: false }],
    ["/status?code=403", { code: "http_status", reason: "http_status", retryable: false, status: 403 }],
    ["/status?code=503", { code: "http_status", retryable: true, retryAfter: null }],
    ["/cut", { code: "network", reason: "network", retryable: true }],
    ["/encoded/damaged", { code: "bad_response", reason: "network", retryable: true }],
  ])("at %s is told as %j", async (path, expected) => {
    await expect(visit(path)).rejects.toMatchObject({ name: "BrowsingError", ...expected });
  });

  test("is told as network when nothing listens there", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    await expect(session.fixtures.visit(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({
      code: "network",
      retryable: true,
      message: expect.stringContaining("nothing listens there"),
    });
  });

  test("is told as network when the name is unknown", async () => {
    await expect(session.fixtures.visit("http://nowhere.invalid/")).rejects.toMatchObject({
      code: "network",
      reason: "network",
      retryable: true,
    });
  });

  test("is told as too_large when a page never ends", async () => {
    started.site.route("/endless", (_request, response) => {
      response.writeHead(200, { "content-type": "text/html" });
      const more = (): void => {
        while (!response.destroyed && response.write("x".repeat(65_536)));
        if (!response.destroyed) response.once("drain", more);
      };
      more();
    });
    await expect(visit("/endless")).rejects.toMatchObject({ code: "too_large", retryable: false });
  });

  test.each([
    "",
    "/docs/",
    "htp:/x",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "data:text/html,x",
    "view-source:http://a/",
    "chrome://crash",
    "http://a@b/",
    "http://user:pw@host/",
    `http://a/${"x".repeat(1_000_000)}`,
  ])("is told as invalid_url for %.40j", async (url) => {
    const error = await session.fixtures.visit(url).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "invalid_url", retryable: false });
    expect(String(error)).not.toContain("pw");
    expect(String(error).length).toBeLessThan(500);
  });

  test("is told as timeout when an answer does not come, or never ends", async () => {
    const hasty = await start({ chromium: null, pageTimeout: 200 });
    const own = await hasty.open();
    hasty.site.hold("/docs/");
    hasty.site.route("/trickle", (_request, response) => {
      response.writeHead(200, { "content-type": "text/html" }).write("<p>one byte at a time");
    });
    for (const path of ["/docs/", "/trickle"]) {
      await expect(own.fixtures.visit(hasty.site.url + path)).rejects.toMatchObject({
        code: "timeout",
        reason: "network",
        retryable: true,
      });
    }
    await expect(own.fixtures.download(hasty.site.documentation.start, { required: true })).rejects.toMatchObject({
      code: "timeout",
    });
    await hasty.close();
  });

  test("stops at once when the attempt is cancelled, with the reason of the signal", async () => {
    const controller = new AbortController();
    const own = await started.open({ signal: controller.signal });
    const gate = started.site.hold("/docs/install.html");
    const visiting = own.fixtures.visit(`${started.site.url}/docs/install.html`);
    await gate.arrived;
    controller.abort(new Error("cancelled by a person"));
    await expect(visiting).rejects.toThrow("cancelled by a person");
    gate.open();
  });
});

describe("cookies over HTTP", () => {
  test("set by one page are sent to the next, through redirects too, and to no other session", async () => {
    expect((await visit("/cookies/set?a=1&b=2")).text).toBe("a=1; b=2");
    expect((await visit("/cookies/show")).text).toBe("a=1; b=2");
    const other = await started.open();
    expect((await other.fixtures.visit(`${started.site.url}/cookies/show`)).text).toBe("none");
  });
});

describe("a session without Chromium", () => {
  test("says what is missing and how to mend it when a page needs a browser", async () => {
    await expect(session.fixtures.visit(`${started.site.url}/app/`)).rejects.toMatchObject({
      code: "browser_missing",
      retryable: false,
      message: expect.stringContaining("apt-get install chromium-headless-shell"),
    });
    await expect(started.open({ fixtures: ["page"] })).rejects.toMatchObject({ code: "browser_missing" });
  });

  test("counts what it served", async () => {
    const own = await started.open();
    await own.fixtures.visit(started.site.documentation.start);
    await own.fixtures.visit(`${started.site.url}/missing`).catch(() => {});
    expect(own.tiers()).toMatchObject({ http: 1, browser: 0 });
    expect(await own.capture()).toEqual([]);
    await own.close();
  });
});
