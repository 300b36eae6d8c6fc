import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BrowsingSession } from "../../../../apps/server/core/browsing.ts";
import { file } from "../../../support/site/documentation.ts";
import { contents, type Started, start } from "../start.ts";

let started: Started;
let session: BrowsingSession;
const download = (path: string, options: { name?: string; maxBytes?: number } = {}) =>
  session.fixtures.download(started.site.url + path, { ...options, required: true });

beforeAll(async () => {
  started = await start({ chromium: null });
  session = await started.open();
});

afterAll(() => started.close());

describe("a download", () => {
  test("puts the very bytes into the file store and says what they are", async () => {
    const saved = await download("/docs/files/manual.pdf");
    const bytes = await contents(started.files, saved.sha256);
    expect(saved).toMatchObject({
      name: "manual.pdf",
      type: "application/pdf",
      url: `${started.site.url}/docs/files/manual.pdf`,
      size: bytes.length,
    });
    expect(bytes.subarray(0, 8).toString()).toBe("%PDF-1.4");
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(saved.sha256);
  });

  test.each([
    ["/file/plain", "Yearly report.pdf"],
    ["/file/utf8", "€ prüfung.pdf"],
    ["/file/hostile", "x"],
    ["/file/nameless", "nameless.pdf"],
    ["/docs/files/notes.tar.gz", "notes.tar.gz"],
    ["/redirect?n=2", "docs.html"],
  ])("from %s is named %j", async (path, name) => {
    expect((await download(path)).name).toBe(name);
  });

  test("keeps what it was called as a text, where that is another name", async () => {
    expect((await download("/file/hostile")).originalName).toBe("../../etc/cron.d/x");
    expect("originalName" in (await download("/file/plain"))).toBe(false);
    expect((await download("/file/plain", { name: "mine.pdf" })).originalName).toBe("Yearly report.pdf");
  });

  test("takes the name it is given, made safe", async () => {
    expect((await download("/file/plain", { name: "../mine.pdf" })).name).toBe("mine.pdf");
  });

  test("takes its type from the name when the server says nothing useful", async () => {
    expect((await download("/file/untyped.csv")).type).toBe("text/csv");
  });

  test("undoes compression that the server added, and leaves archives as they are", async () => {
    const packed = gzipSync("plain text");
    started.site.route("/packed.txt", file(packed, "text/plain", { "content-encoding": "gzip" }));
    started.site.route("/archive.tar.gz", file(packed, "application/x-gzip", { "content-encoding": "gzip" }));
    expect((await contents(started.files, (await download("/packed.txt")).sha256)).toString()).toBe("plain text");
    expect(await contents(started.files, (await download("/archive.tar.gz")).sha256)).toEqual(packed);
  });

  test("sends the session's cookies", async () => {
    const own = await started.open();
    await own.fixtures.visit(`${started.site.url}/cookies/set?ticket=7`);
    await own.fixtures.download(`${started.site.url}/docs/files/examples.zip`);
    expect(started.site.received.at(-1)?.headers.cookie).toBe("ticket=7");
  });

  test("is told among the session's downloads, in order", async () => {
    const own = await started.open();
    await own.fixtures.download(`${started.site.url}/docs/files/prices.csv`);
    await own.fixtures.download(`${started.site.url}/docs/files/examples.zip`);
    expect(own.downloads().map(({ role, name }) => [role, name])).toEqual([
      ["download", "prices.csv"],
      ["download", "examples.zip"],
    ]);
  });
});

describe("what goes wrong in a download", () => {
  test.each([
    ["/file/endless", { maxBytes: 1_000_000 }],
    ["/docs/files/manual.pdf", { maxBytes: 10 }],
  ])("is told as too_large for %s with %j", async (path, options) => {
    await expect(download(path, options)).rejects.toMatchObject({
      code: "too_large",
      reason: "error",
      retryable: false,
    });
  });

  test.each([
    ["/missing.pdf", { code: "not_found", retryable: false }],
    ["/status?code=503&after=2", { code: "http_status", retryable: true, retryAfter: 2000 }],
    ["/cut", { code: "network", retryable: true }],
    ["/loop", { code: "too_many_redirects", retryable: false }],
  ])("is told for %s as %j, as a visit would", async (path, expected) => {
    await expect(download(path)).rejects.toMatchObject({ name: "BrowsingError", ...expected });
  });

  test("leaves nothing among the downloads", async () => {
    const own = await started.open();
    await own.fixtures.download(`${started.site.url}/cut`).catch(() => {});
    expect(own.downloads()).toEqual([]);
  });

  test("stops when the attempt is cancelled", async () => {
    const controller = new AbortController();
    const own = await started.open({ signal: controller.signal });
    const downloading = own.fixtures.download(`${started.site.url}/file/endless`);
    await expect.poll(() => started.site.count("/file/endless"), { timeout: 10_000 }).toBeGreaterThan(1);
    controller.abort(new Error("cancelled"));
    await expect(downloading).rejects.toThrow("cancelled");
  });
});

test("A link that might have been one to a file is no download where it leads to a page, unless just that was asked for", async () => {
  const { site } = started;
  const links = ["/wiki/Node.js", "/wiki/app.js", "/wiki/Tea.pdf"].map((path) => `<a href="${path}">x</a>`).join("");
  site.route("/wiki/", `<title>Wiki</title><p>Three links</p>${links}`);
  site.route("/wiki/Node.js", "<title>Node.js</title>");
  site.route("/wiki/app.js", file(Buffer.from("go()"), "text/javascript"));
  site.route("/wiki/Tea.pdf", file(Buffer.from("%PDF-1.4"), "application/pdf"));
  const own = await started.open();
  const page = await own.fixtures.visit(`${site.url}/wiki/`);
  const files = page.links({ files: true });
  const stored = await Promise.all(files.map((link) => own.fixtures.download(link)));
  expect(stored.map((saved) => saved?.name ?? null)).toEqual([null, "app.js", "Tea.pdf"]);
  expect(started.logged).toContain(`info: ${site.url}/wiki/Node.js is a page and no file.`);
  expect((await own.fixtures.download(files[0] ?? "", { required: true })).type).toBe("text/html");
  expect(page.links({ files: "js" })).toContain(files[0]);
  expect((await own.fixtures.download(files[0] ?? ""))?.type).toBe("text/html");
});
