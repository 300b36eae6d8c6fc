import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import { chromium, type Page } from "playwright-core";
import { describe, expect, onTestFinished, test } from "vitest";
import { CDXIndexer, WARCParser, type WARCRecord } from "warcio";
import { fromBufferPromise } from "yauzl";
import { findChromium } from "../../../apps/server/browser/chromium/chromium.ts";
import { type MirroredSite, mirrorSite } from "./mirrored-site.ts";

async function unpacked(bytes: Buffer): Promise<Map<string, Buffer>> {
  const zip = await fromBufferPromise(bytes, { lazyEntries: true });
  const files = new Map<string, Buffer>();
  for await (const entry of zip.eachEntry()) {
    const chunks: Buffer[] = [];
    for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
    files.set(entry.fileName, Buffer.concat(chunks));
  }
  return files;
}

const EMPTY = createHash("sha256").digest("hex");

interface Read {
  readonly type: string;
  readonly url: string;
  readonly warc: WARCRecord["warcHeaders"]["headers"];
  /** Request or status line, and headers. */
  readonly http: string;
  readonly body: string;
}

async function recordsOf(bytes: Buffer): Promise<Read[]> {
  const records: Read[] = [];
  for await (const record of new WARCParser(new Blob([new Uint8Array(bytes)]).stream(), { keepHeadersCase: true })) {
    const body = Buffer.from(await record.readFully(true)).toString("latin1");
    const { warcType: type, warcTargetURI: url, httpHeaders } = record;
    records.push({ type, url: url ?? "", warc: record.warcHeaders.headers, http: httpHeaders?.toString() ?? "", body });
  }
  return records;
}

/** The lines that warcio's own indexer makes of an archive. */
async function indexOf(archive: Buffer): Promise<string[]> {
  const indexer = new CDXIndexer({ format: "cdxj" });
  const parser = new WARCParser(new Blob([new Uint8Array(archive)]).stream());
  const lines: string[] = [];
  for await (const found of indexer.iterRecords(parser, "data.warc.gz"))
    lines.push(indexer.serializeCDXJ(found).trim());
  return lines;
}

/** What an index line says, whichever way it is written: media types and digests may be told in more than one. */
function indexed(line: string): object {
  const at = line.indexOf("{");
  const { mime = "", digest = EMPTY, ...facts } = JSON.parse(line.slice(at)) as { mime?: string; digest?: string };
  return { ...facts, key: line.slice(0, at), mime: mime.split(";")[0], digest: digest.replace("sha256:", "") };
}

/** The folder that the command writes, and a page in a real Chromium that tells what left the machine. */
async function openFolder(site: MirroredSite): Promise<{ folder: string; page: Page; asked: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), "ultravisor-mirrored-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  await site.cli("mirror", site.run, folder);
  const found = await findChromium();
  const args = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run"];
  const browser = await chromium.launch({ executablePath: found?.path ?? "", args });
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  const asked: string[] = [];
  page.on("request", (request) => {
    if (!/^(?:file|data|about):/.test(request.url())) asked.push(request.url());
  });
  return { folder, page, asked };
}

const host = (site: MirroredSite): string => new URL(site.url).host.replace(":", "+");

describe("a mirrored run", () => {
  test("is a folder that Chromium opens as the site was, without asking anybody", async () => {
    const site = await mirrorSite();
    const { folder, page, asked } = await openFolder(site);
    const home = join(folder, host(site), "index.html");
    await page.goto(pathToFileURL(home).href, { waitUntil: "load" });
    expect(await page.title()).toBe("Grüße scripted");
    const heading = page.locator("h1");
    expect(await heading.evaluate((element) => getComputedStyle(element).color)).toBe("rgb(1, 2, 3)");
    expect(await heading.evaluate((element) => getComputedStyle(element).fontSize)).toBe("41px");
    expect(await page.locator("#pic").evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(1);
    await page.getByText("query").click();
    expect(await page.title()).toBe("Query");
    expect(page.url()).toMatch(/@x=1&y=2\.html#part$/);
    const pages = readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith(".html"));
    for (const name of pages) {
      await page.goto(pathToFileURL(join(folder, String(name))).href, { waitUntil: "load" });
      const hrefs = await page
        .locator("a[href]")
        .evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).href));
      const dead = hrefs.filter(
        (href) => href.startsWith("file:") && !existsSync(fileURLToPath(href.replace(/#.*$/, ""))),
      );
      expect(dead, String(name)).toEqual([]);
    }
    expect(pages.length).toBeGreaterThanOrEqual(7);
    expect(asked).toEqual([]);
  }, 60_000);

  test("keeps links to what is not in it as they led, and follows redirects to what is", async () => {
    const site = await mirrorSite();
    const files = await unpacked(await site.bytes(`/runs/${site.run}/mirror`));
    const home = files.get(`${host(site)}/index.html`)?.toString() ?? "";
    expect(home).toContain('href="https://else.example/"');
    expect(home).toContain(`href="${site.url}/gone"`);
    expect(home).toMatch(/<a href="new\/index.html">moved/);
    expect(home).toMatch(/<a href="doc.pdf">pdf/);
    expect(files.get(`${host(site)}/doc.pdf`)?.toString()).toBe("%PDF-1.4 the file");
    expect(files.get("index.html")?.toString()).toContain("Grüße");
    const names = [...files.keys()].map((name) => name.toLowerCase());
    expect(new Set(names).size).toBe(names.length);
    expect(await site.server.get(`/runs/${site.run}/mirror/counts`)).toMatchObject({ pages: 6, files: 1, assets: 6 });
  }, 60_000);

  test("is a web archive that warcio reads, with headers and bodies as they came", async () => {
    const site = await mirrorSite();
    const bytes = await site.bytes(`/runs/${site.run}/mirror?format=warc`);
    const all = await recordsOf(bytes);
    const records = new Map(all.filter(({ type }) => type !== "request").map((record) => [record.url, record]));
    expect(records.get("")?.type).toBe("warcinfo");
    const home = records.get(`${site.url}/`);
    expect(home).toMatchObject({
      type: "response",
      http: expect.stringMatching(/^HTTP.1.1 200 OK\r\n[\s\S]*X-Own-Case: yes/),
    });
    expect(home?.body).toContain("<h1>Grüße</h1>");
    expect(records.get(`${site.url}/old`)).toMatchObject({
      http: expect.stringMatching(/^HTTP.1.1 301 [\s\S]*location: \/new\//i),
    });
    expect(records.get(`${site.url}/Two`)?.http).toMatch(/X-Archive-Orig-content-encoding: gzip/i);
    expect(records.get(`${site.url}/Two`)?.body).toContain("<title>Case</title>");
    expect(records.get(`${site.url}/more.css`)?.body).toBe("h1 { font-size: 41px }");
  }, 60_000);

  test("is a web archive that tells what was asked, and holds the same bytes once", async () => {
    const site = await mirrorSite();
    const records = await recordsOf(await site.bytes(`/runs/${site.run}/mirror?format=warc`));
    const of = (path: string, ...types: string[]) =>
      records.find(({ type, url }) => url === site.url + path && types.includes(type));
    for (const path of ["/", "/old", "/two?x=1&y=2", "/doc.pdf", "/img.png", "/big.png"]) {
      const asked = of(path, "request");
      const lines = (site.sent.get(path) ?? []).map(([name, value]) => `${name}: ${value}`);
      expect(asked?.http.trim().split("\r\n")).toEqual([`GET ${path} HTTP/1.1`, ...lines]);
      expect(asked?.warc.get("WARC-Concurrent-To")).toBe(of(path, "response", "revisit")?.warc.get("WARC-Record-ID"));
    }
    const [first, again] = ["/img.png", "/big.png"].map((path) => of(path, "response", "revisit"));
    const [whole, revisit] = first?.type === "response" ? [first, again] : [again, first];
    expect([whole?.type, revisit?.type]).toEqual(["response", "revisit"]);
    expect(revisit?.warc.get("WARC-Payload-Digest")).toBe(whole?.warc.get("WARC-Payload-Digest"));
    expect(revisit?.warc.get("WARC-Refers-To-Target-URI")).toBe(whole?.url);
    expect(revisit?.warc.get("WARC-Refers-To-Date")).toBe(whole?.warc.get("WARC-Date"));
    // Visited, and shown by another page.
    expect(records.filter(({ url }) => url.endsWith("/frame")).map(({ type }) => type)).not.toContain("revisit");
    expect(revisit).toMatchObject({ body: "", http: expect.stringContaining("X-Own-Case: yes") });
  }, 60_000);

  test("tells of cookies, passwords and headers of its own that they were sent, and not what they said", async () => {
    const site = await mirrorSite("never", {
      cookie: "sid=s3cret",
      Authorization: "Bearer s3cret",
      "X-Own-Key": "s3cret",
    });
    const bytes = await site.bytes(`/runs/${site.run}/mirror?format=warc`);
    const asked = (await recordsOf(bytes)).find(({ type, url }) => type === "request" && url === `${site.url}/`);
    for (const name of ["cookie", "authorization", "x-own-key"]) expect(asked?.http).toContain(`${name}: (left out)`);
    expect(site.sent.get("/")).toContainEqual(["authorization", "Bearer s3cret"]);
    expect(gunzipSync(bytes).toString("latin1")).not.toContain("s3cret");
  }, 60_000);

  test("tells what Chromium asked, and what led it elsewhere", async () => {
    const site = await mirrorSite("always", { "X-Own-Key": "s3cret" });
    const bytes = await site.bytes(`/runs/${site.run}/mirror?format=warc`);
    const records = await recordsOf(bytes);
    const of = (path: string, kind: string) =>
      records.find(({ type, url }) => url === site.url + path && type === kind);
    for (const [path, answer] of [
      ["/", "resource"],
      ["/two?x=1&y=2", "resource"],
      ["/old", "response"],
      ["/new/", "resource"],
    ] as const) {
      const [line, ...headers] = of(path, "request")?.http.trim().split("\r\n") ?? [];
      const sent = (site.sent.get(path) ?? []).map(([name, value]) => `${name}: ${value}`);
      const shown = sent.map((header) => header.replace(/^(x-own-key: ).*/i, "$1(left out)").toLowerCase());
      expect(line).toBe(`GET ${path} HTTP/1.1`);
      expect(headers.map((header) => header.toLowerCase()).sort()).toEqual(shown.sort());
      expect(of(path, "request")?.warc.get("WARC-Concurrent-To")).toBe(of(path, answer)?.warc.get("WARC-Record-ID"));
    }
    expect(of("/old", "response")?.http).toMatch(/^HTTP\/1.1 301 .*\r\n(.*\r\n)*location: \/new\//i);
    expect(of("/", "request")?.http).toMatch(/x-own-key: \(left out\)/i);
    expect(gunzipSync(bytes).toString("latin1")).not.toContain("s3cret");
  }, 90_000);

  test("is a WACZ whose index finds every record and whose hashes are right", async () => {
    const site = await mirrorSite();
    const files = await unpacked(await site.bytes(`/runs/${site.run}/mirror?format=wacz`));
    const described = JSON.parse(files.get("datapackage.json")?.toString() ?? "{}") as {
      wacz_version: string;
      mainPageUrl: string;
      resources: { path: string; hash: string; bytes: number }[];
    };
    expect(described).toMatchObject({ wacz_version: "1.1.1", mainPageUrl: `${site.url}/` });
    for (const { path, hash, bytes } of described.resources) {
      const content = files.get(path) ?? Buffer.alloc(0);
      expect([path, content.length, hash]).toEqual([
        path,
        bytes,
        `sha256:${createHash("sha256").update(content).digest("hex")}`,
      ]);
    }
    const archive = files.get("archive/data.warc.gz") ?? Buffer.alloc(0);
    const lines = files.get("indexes/index.cdx")?.toString().trim().split("\n") ?? [];
    expect(lines).toEqual([...lines].sort());
    for (const line of lines) {
      const facts = JSON.parse(line.slice(line.indexOf("{"))) as { url: string; offset: string; length: string };
      const part = archive.subarray(Number(facts.offset), Number(facts.offset) + Number(facts.length));
      const record = await new WARCParser(new Blob([new Uint8Array(part)]).stream()).parse();
      expect(record?.warcTargetURI).toBe(facts.url);
    }
    expect(lines.map(indexed)).toEqual((await indexOf(archive)).sort().map(indexed));
    expect(lines.length).toBeGreaterThan(10);
    const pages = files
      .get("pages/pages.jsonl")
      ?.toString()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { title: string });
    expect(pages?.map(({ title }) => title).sort()).toEqual(
      ["All Pages", "Case", "Frame", "Grüße", "New", "Query", "Two"].sort(),
    );
  }, 60_000);

  test("has pages from Chromium as its scripts left them", async () => {
    const site = await mirrorSite("always");
    const { folder, page, asked } = await openFolder(site);
    await page.goto(pathToFileURL(join(folder, host(site), "index.html")).href, { waitUntil: "load" });
    expect(await page.title()).toBe("Grüße scripted");
    expect(await page.locator("script").count()).toBe(0);
    await page.getByText("moved").click();
    expect(await page.title()).toBe("New");
    expect(asked).toEqual([]);
  }, 90_000);
});
