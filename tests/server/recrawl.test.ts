import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { makeFolder, startServer, type TestServer } from "../support/server.ts";

const TASK = `import { browser, z } from "ultravisor";
export default browser({
  input: z.object({ url: z.url() }),
  recrawl: true,
  async run({ input, visit, download, spawn, save }) {
    const page = await visit(input.url);
    await save("seen", { url: page.url, title: page.title, changed: page.changed });
    for (const link of page.links({ files: "pdf" })) await download(link);
    await spawn(page.links({ scope: "same-host" }).map((url) => ({ url })), { key: ({ url }) => url });
  },
});
`;

interface Answer {
  readonly items: readonly { kind: string; what: string; url: string }[];
  readonly diff: object | null;
}

interface Wiki {
  readonly url: string;
  readonly pages: Map<string, string>;
  /** Those that answer 403. */
  readonly closed: Set<string>;
  readonly answers: Map<number, number>;
}

/** A site whose pages tests change. Counts answers by status. */
async function startWiki(): Promise<Wiki> {
  const pages = new Map<string, string>();
  const closed = new Set<string>();
  const answers = new Map<number, number>();
  const server = createServer((request, response) => {
    const body = pages.get(request.url ?? "");
    const etag = `"${createHash("sha256")
      .update(body ?? "")
      .digest("hex")
      .slice(0, 8)}"`;
    const found = request.headers["if-none-match"] === etag ? 304 : 200;
    const status = closed.has(request.url ?? "") ? 403 : body === undefined ? 404 : found;
    if (request.url !== "/robots.txt") answers.set(status, (answers.get(status) ?? 0) + 1);
    const [, ending = "html"] = /\.(\w+)$/.exec(request.url ?? "") ?? [];
    const type = { pdf: "application/pdf", css: "text/css", svg: "image/svg+xml" }[ending] ?? "text/html";
    response
      .writeHead(status, status > 400 ? {} : { etag, "content-type": type })
      .end(status === 200 ? body : undefined);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, pages, closed, answers };
}

/** What the store keeps of the site, beside the manifests of runs, and when it was written. */
function blobs(server: TestServer): string[] {
  const folder = join(server.data, "files");
  const paths = readdirSync(folder, { recursive: true }).map(String);
  const kept = paths.filter(
    (path) => /[0-9a-f]{64}$/.test(path) && !readFileSync(join(folder, path)).toString().startsWith("{"),
  );
  return kept.map((path) => `${path} ${statSync(join(folder, path)).mtimeMs}`).sort();
}

const text = (more: string): string => `<title>T</title><p>${"word ".repeat(80)}</p>${more}`;

test("A crawl that is made again asks only whether anything changed, stores nothing twice, and tells the difference", async () => {
  const wiki = await startWiki();
  wiki.pages.set("/", text('<a href="/a">a</a> <a href="/b">b</a> <a href="/f.pdf">f</a>'));
  wiki.pages
    .set("/a", text('<a href="/c">c</a>'))
    .set("/b", text(""))
    .set("/c", text(""))
    .set("/f.pdf", "%PDF-1.4 one");
  const tasks = join(makeFolder(), "tasks");
  mkdirSync(tasks);
  writeFileSync(join(tasks, "wiki.ts"), TASK);
  const server = await startServer({ tasks });
  const crawl = async (): Promise<Answer> => {
    wiki.answers.clear();
    const { id } = await server.post<{ id: string }>("/runs", { task: "wiki", input: { url: `${wiki.url}/` } });
    expect(await server.finished(id)).toMatchObject({ state: "succeeded" });
    return server.get<Answer>(`/runs/${id}/changes`);
  };
  const of = ({ items }: Answer): string[] =>
    items.map(({ kind, url }) => `${kind} ${url.slice(wiki.url.length)}`).sort();

  expect(of(await crawl())).toEqual(["new /", "new /a", "new /b", "new /c", "new /f.pdf"]);
  const stored = blobs(server);
  const second = await crawl();
  expect(Object.fromEntries(wiki.answers)).toEqual({ 304: 5 });
  expect(stored).toHaveLength(4);
  expect(blobs(server)).toEqual(stored);
  expect(second).toMatchObject({
    items: [],
    diff: { pages: { new: 0, changed: 0, gone: 0, unchanged: 4 }, files: { unchanged: 1 }, complete: true },
  });
  const seen = await server.get<{ items: { data: { changed: boolean } }[] }>("/data/seen?limit=100");
  expect(seen.items.map(({ data }) => data.changed).sort()).toEqual([...Array(4).fill(false), ...Array(4).fill(true)]);

  wiki.pages.set("/a", text('<a href="/d">d</a>')).set("/d", text("")).set("/f.pdf", "%PDF-1.4 two");
  wiki.pages.delete("/b");
  expect(of(await crawl())).toEqual(["changed /a", "changed /f.pdf", "gone /b", "gone /c", "new /d"]);
}, 60_000);

test("A mirror that is made again asks only whether its styles and pictures changed, and has them all the same", async () => {
  const wiki = await startWiki();
  wiki.pages.set("/", text('<link rel="stylesheet" href="/a.css"><img src="/p.svg"><a href="/b">b</a>'));
  wiki.pages.set("/b", text('<link rel="stylesheet" href="/a.css">')).set("/a.css", '@import "more.css";');
  wiki.pages.set("/more.css", "p { background: url(/q.svg) }").set("/p.svg", "<svg/>").set("/q.svg", "<svg></svg>");
  const tasks = join(makeFolder(), "tasks");
  mkdirSync(tasks);
  writeFileSync(join(tasks, "wiki.ts"), TASK.replace("recrawl: true", "recrawl: true, mirror: true"));
  const server = await startServer({ tasks });
  const crawl = async (): Promise<object> => {
    wiki.answers.clear();
    const { id } = await server.post<{ id: string }>("/runs", { task: "wiki", input: { url: `${wiki.url}/` } });
    expect(await server.finished(id)).toMatchObject({ state: "succeeded" });
    return server.get(`/runs/${id}/mirror/counts`);
  };
  const first = await crawl();
  expect(first).toMatchObject({ pages: 2, assets: 4 });
  const stored = blobs(server);
  for (let again = 0; again < 2; again++) {
    expect(await crawl()).toEqual(first);
    expect(Object.fromEntries(wiki.answers)).toEqual({ 304: 6 });
    expect(blobs(server)).toEqual(stored);
  }
  wiki.pages.set("/more.css", "p { background: url(/r.svg) }").set("/r.svg", "<svg> </svg>");
  expect(await crawl()).toMatchObject({ pages: 2, assets: 4 });
  expect(Object.fromEntries(wiki.answers)).toEqual({ 200: 2, 304: 4 });
}, 60_000);

test("A crawl of which a page failed, as is tolerated, calls neither it nor what is behind it gone, and what is gone for all that", async () => {
  const wiki = await startWiki();
  wiki.pages.set("/", text(["/a", "/b", "/closed"].map((path) => `<a href="${path}">x</a>`).join(" ")));
  wiki.pages.set("/a", text('<a href="/a/behind">x</a>')).set("/a/behind", text("")).set("/b", text(""));
  wiki.closed.add("/closed");
  const tasks = join(makeFolder(), "tasks");
  mkdirSync(tasks);
  writeFileSync(join(tasks, "wiki.ts"), TASK.replace("recrawl: true,", "recrawl: true, toleratedFailures: 2,"));
  const server = await startServer({ tasks });
  const crawl = async (failed: number): Promise<{ id: string; changes: string[] }> => {
    const { id } = await server.post<{ id: string }>("/runs", { task: "wiki", input: { url: `${wiki.url}/` } });
    expect(await server.finished(id)).toMatchObject({ state: "succeeded", tolerated: failed, counts: { failed } });
    return { id, changes: await changesOf(id) };
  };
  const changesOf = async (id: string): Promise<string[]> =>
    (await server.get<Answer>(`/runs/${id}/changes`)).items.map(
      ({ kind, url }) => `${kind} ${url.slice(wiki.url.length)}`,
    );

  await crawl(1);
  wiki.pages.set("/", text(["/a", "/closed"].map((path) => `<a href="${path}">x</a>`).join(" ")));
  expect((await crawl(1)).changes).toEqual(["changed /", "gone /b"]);
  wiki.closed.add("/a");
  const { id, changes } = await crawl(2);
  expect(changes).toEqual([]);
  wiki.closed.clear();
  wiki.pages.set("/closed", text("")).set("/a", text(""));
  await server.post(`/runs/${id}/retry`, { only: "failed" });
  expect(await server.finished(id)).toMatchObject({ state: "succeeded", tolerated: 0, counts: { failed: 0 } });
  expect((await changesOf(id)).sort()).toEqual(["changed /a", "gone /a/behind", "new /closed"]);
}, 60_000);
