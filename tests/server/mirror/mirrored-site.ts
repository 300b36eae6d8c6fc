/** A small site with everything that makes mirroring hard, crawled by a real server with `mirror: true`. */
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { onTestFinished } from "vitest";
import { makeFolder, startServer, type TestServer } from "../../support/server.ts";

const TASK = `import { browser, z } from "ultravisor";
export default browser({
  input: z.object({ url: z.url(), render: z.enum(["never", "always"]), headers: z.record(z.string(), z.string()) }),
  mirror: true,
  async run({ input, visit, download, spawn }) {
    const page = await visit(input.url, { render: input.render, headers: input.headers });
    for (const link of page.links({ files: "pdf" })) await download(link);
    await spawn(page.links({ scope: "same-host" }).map((url) => ({ ...input, url })), { key: ({ url }) => url });
  },
});
`;

const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const WORDS = `<p>${"word ".repeat(80)}</p>`;

type Answer = readonly [type: string, body: string | Buffer, headers?: Record<string, string>, status?: number];

const ANSWERS: Readonly<Record<string, Answer>> = {
  "/": [
    "text/html; charset=iso-8859-1",
    Buffer.from(
      `<!DOCTYPE html><html><head><title>Grüße</title><base href="/sub/"><link rel=stylesheet href="../s.css?v=1"><link rel=preconnect href="https://else.example"></head>
      <body><h1>Grüße</h1><img id=pic src="/img.png" srcset="/img.png 1x, /big.png 2x"><a href="../two">two</a><a href="../two?x=1&amp;y=2#part">query</a>
      <a href="../Two">other case</a><a href="../old">moved</a><a href="../doc.pdf">pdf</a><a href="https://else.example/">away</a><a href="../gone">gone</a><a href="#here">here</a>
      <img src="https://else.example/never.png"><script src="/app.js"></script>${WORDS}</body></html>`,
      "latin1",
    ),
  ],
  "/two": [
    "text/html",
    `<title>Two</title><link rel=stylesheet href=s.css?v=1><iframe src="/frame"></iframe><p style="background: url('/img.png')">x</p><a href="/">home</a>${WORDS}`,
  ],
  "/two?x=1&y=2": ["text/html", `<title>Query</title><h2 id=part>part</h2><a href="two">two</a>${WORDS}`],
  "/Two": ["text/html", `<title>Case</title><a href="two">two</a>${WORDS}`, { "content-encoding": "gzip" }],
  "/old": ["text/html", "", { location: "/new/" }, 301],
  "/new/": ["text/html", `<title>New</title><a href="../">home</a>${WORDS}`],
  "/frame": ["text/html", '<title>Frame</title><img src="img.png">'],
  "/s.css?v=1": ["text/css", '@import "more.css"; body { background: url(/img.png) } h1 { color: rgb(1, 2, 3) }'],
  "/more.css": ["text/css", "h1 { font-size: 41px }"],
  "/img.png": ["image/png", PIXEL],
  "/big.png": ["image/png", PIXEL],
  "/app.js": [
    "text/javascript",
    'document.title += " scripted"; fetch("https://else.example/beacon").catch(() => {});',
  ],
  "/doc.pdf": ["application/pdf", "%PDF-1.4 the file"],
};

export interface MirroredSite {
  readonly url: string;
  readonly server: TestServer;
  readonly run: string;
  /** The headers of the last request of each address, as they came. */
  readonly sent: ReadonlyMap<string, readonly (readonly [name: string, value: string])[]>;
  /** Runs the command and gives what it printed. */
  cli(...args: readonly string[]): Promise<string>;
  bytes(path: string): Promise<Buffer>;
}

/** @param headers what each page is asked with */
export async function mirrorSite(
  render: "never" | "always" = "never",
  headers: Readonly<Record<string, string>> = {},
): Promise<MirroredSite> {
  const sent = new Map<string, [string, string][]>();
  const site = createServer((request, response) => {
    const { rawHeaders: raw } = request;
    const named = raw.flatMap((name, at): [string, string][] => (at % 2 === 0 ? [[name, raw[at + 1] ?? ""]] : []));
    sent.set(request.url ?? "", named);
    const [type, body, more = {}, status = 200] = ANSWERS[request.url ?? ""] ?? ["text/html", "gone", {}, 404];
    const bytes = more["content-encoding"] === "gzip" ? gzipSync(body) : body;
    response.writeHead(status, { "Content-Type": type, "X-Own-Case": "yes", ...more }).end(bytes);
  });
  await new Promise<void>((done) => site.listen(0, "127.0.0.1", done));
  onTestFinished(() => void site.close());
  const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  const tasks = join(makeFolder(), "tasks");
  mkdirSync(tasks);
  writeFileSync(join(tasks, "copy.ts"), TASK);
  const server = await startServer({ tasks });
  const { id } = await server.post<{ id: string }>("/runs", {
    task: "copy",
    input: { url: `${url}/`, render, headers },
  });
  const run = await server.finished(id);
  if (run.state !== "succeeded") throw new Error(`the crawl ended ${run.state}: ${run.summary}`);
  const env = { ...process.env, ULTRAVISOR_PORT: String(server.port), ULTRAVISOR_TOKEN: server.token };
  return {
    ...{ url, server, run: id, sent },
    async cli(...args) {
      const { stdout } = await promisify(execFile)(process.execPath, [resolve("apps/cli/main.ts"), ...args], { env });
      return stdout;
    },
    async bytes(path) {
      const response = await fetch(`${server.url}/api${path}`, {
        headers: { authorization: `Bearer ${server.token}` },
      });
      if (!response.ok) throw new Error(`${path} answered ${response.status}`);
      return Buffer.from(await response.arrayBuffer());
    },
  };
}
