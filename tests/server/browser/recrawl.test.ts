import { createHash } from "node:crypto";
import { rm, stat, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Document } from "../../../apps/sdk/context.ts";
import type { BrowsingSession } from "../../../apps/server/core/browsing.ts";
import type { Remembered, SightingDraft } from "../../../apps/server/core/recrawl.ts";
import { type Started, start } from "./start.ts";

let started: Started;
const memory = new Map<string, Remembered>();

beforeAll(async () => {
  started = await start();
});

beforeEach(() => memory.clear());

afterAll(() => started.close());

/** A run that remembers what the one before noted, as the store does. */
async function nextRun<T>(work: (session: BrowsingSession) => Promise<T>, ignore: string | null = null): Promise<T> {
  const recall = async (what: string, url: string): Promise<Remembered | null> => memory.get(`${what} ${url}`) ?? null;
  const session = await started.open({ recrawl: { ignore, recall } });
  const result = await work(session);
  for (const draft of session.sightings()) remember(draft);
  await session.close();
  return result;
}

function remember(draft: SightingDraft): void {
  const key = `${draft.what} ${draft.url}`;
  if (draft.state === "gone") memory.delete(key);
  if (draft.state === "seen") memory.set(key, { facts: draft.facts, changedInThisRun: false });
}

const visit = (path: string, ignore: string | null = null): Promise<Document> =>
  nextRun((session) => session.fixtures.visit(started.site.url + path), ignore);

let pages = 0;
/** A page whose server answers conditional requests; `page.text = …` changes it. */
function page(
  text: string,
  more: Record<string, string> = {},
): { readonly path: string; text: string; status: number[] } {
  const made = { path: `/p${++pages}.html`, text, status: [] as number[] };
  started.site.route(made.path, (request: IncomingMessage, response: ServerResponse) => {
    const etag = `"${createHash("sha256").update(made.text).digest("hex").slice(0, 8)}"`;
    const isSame = request.headers["if-none-match"] === etag;
    made.status.push(isSame ? 304 : 200);
    const headers = { "content-type": "text/html; charset=iso-8859-1", etag, ...more };
    response.writeHead(isSame ? 304 : 200, isSame ? { etag } : headers);
    const bytes = Buffer.from(
      `<title>Grüße</title><p>${made.text} ${"word ".repeat(60)}</p><a href="next">next</a>`,
      "latin1",
    );
    response.end(isSame ? "" : more["content-encoding"] === "gzip" ? gzipSync(bytes) : bytes);
  });
  return made;
}

describe("a page that did not change", () => {
  test.each([{}, { "content-encoding": "gzip" }])(
    "costs a 304, and is the same document to the script (%j)",
    async (more) => {
      const { path, status } = page("one", more);
      const first = await visit(path);
      const second = await visit(path);
      expect(status).toEqual([200, 304]);
      expect([first.changed, second.changed]).toEqual([true, false]);
      for (const key of ["url", "status", "type", "title", "text", "html"] as const)
        expect(second[key]).toBe(first[key]);
      expect(second.links()).toEqual(first.links());
      expect(second.title).toBe("Grüße");
    },
  );

  test("is known by its bytes where the server has no validators", async () => {
    started.site.route("/plain", `<title>Plain</title><p>${"word ".repeat(60)}</p>`);
    expect((await visit("/plain")).changed).toBe(true);
    expect((await visit("/plain")).changed).toBe(false);
  });

  test("is asked for anew when its bytes are gone from the store, or damaged", async () => {
    const { path, status } = page("kept");
    await visit(path);
    const { facts } = memory.get(`page ${started.site.url}${path}`) ?? {};
    const blob = join(started.folder, facts?.body?.slice(0, 2) ?? "", facts?.body ?? "");
    await rm(blob);
    expect(await visit(path)).toMatchObject({ title: "Grüße", changed: false });
    await writeFile(blob, "x".repeat((await stat(blob)).size));
    expect(await visit(path)).toMatchObject({ title: "Grüße", changed: false });
    expect(status).toEqual([200, 200, 304, 200]);
  });

  test("is no copy of what other request headers would get", async () => {
    const { path, status } = page("two");
    await visit(path);
    await nextRun((session) =>
      session.fixtures.visit(started.site.url + path, { headers: { "accept-language": "de" } }),
    );
    expect(status).toEqual([200, 200]);
  });

  test("is known behind a redirect, too", async () => {
    const { path, status } = page("behind");
    started.site.route("/to-it", (_request, response) => void response.writeHead(302, { location: path }).end());
    await visit("/to-it");
    expect(await visit("/to-it")).toMatchObject({ changed: false, url: started.site.url + path });
    expect(status).toEqual([200, 304]);
  });
});

describe("a page that changed", () => {
  test("is sent again, and says so", async () => {
    const made = page("one");
    await visit(made.path);
    made.text = "two";
    const second = await visit(made.path);
    expect(second).toMatchObject({ changed: true, text: expect.stringContaining("two") });
    expect((await visit(made.path)).changed).toBe(false);
  });

  test("only in what is to be ignored has not changed", async () => {
    const made = page('<i class="clock">10:00</i>');
    await visit(made.path, ".clock");
    made.text = '<i class="clock">10:01</i>';
    expect(await visit(made.path, ".clock")).toMatchObject({ changed: false, text: expect.stringContaining("10:01") });
    made.text = '<i class="clock">10:01</i> news';
    expect((await visit(made.path, ".clock")).changed).toBe(true);
  });

  test("in Chromium is known by what its scripts made of it", async () => {
    let value = "first";
    started.site.route("/value", (_request, response) => void response.end(value));
    const shell = page(
      `<b></b><script>fetch("/value").then((r) => r.text()).then((t) => document.querySelector("b").textContent = t)</script>`,
    );
    const look = () =>
      nextRun((session) => session.fixtures.visit(started.site.url + shell.path, { render: "always" }));
    expect((await look()).changed).toBe(true);
    expect((await look()).changed).toBe(false);
    value = "second";
    expect(await look()).toMatchObject({ changed: true, tier: "browser", text: expect.stringContaining("second") });
  });
});

describe("what could not be fetched", () => {
  test.each([
    ["/missing-page", "gone"],
    ["/status?code=500", "unknown"],
  ])("at %s is noted as %s", async (path, state) => {
    const recall = async (): Promise<null> => null;
    const session = await started.open({ recrawl: { ignore: null, recall } });
    await session.fixtures.visit(started.site.url + path).catch(() => {});
    expect(session.sightings()).toEqual([{ what: "page", url: started.site.url + path, state }]);
    await session.close();
  });
});

describe("a file that did not change", () => {
  test("is not sent again, and is a download all the same", async () => {
    const made = page("bytes", { "content-disposition": 'attachment; filename="of record.bin"' });
    const get = () =>
      nextRun(async (session) => ({
        file: await session.fixtures.download(started.site.url + made.path, { required: true }),
        downloads: session.downloads(),
      }));
    const first = await get();
    const second = await get();
    expect(made.status).toEqual([200, 304]);
    expect(second.file).toEqual({ ...first.file, changed: false });
    expect(second.downloads).toEqual(first.downloads);
    made.text = "others";
    expect((await get()).file).toMatchObject({ changed: true });
  });
});
