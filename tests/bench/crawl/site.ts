/**
 * A static documentation site made from a number: the same pages on every machine. Served by a process of its own from memory, so
 * that all contenders pay the same for it. Usage: node site.ts <pages>; prints its address.
 */
import { createServer } from "node:http";

const pages = Number(process.argv[2] ?? 1200);
const bodies = Array.from({ length: pages }, (_, n) => Buffer.from(page(n)));

const server = createServer((request, response) => {
  const n = Number(/^\/p(\d+)\.html$/.exec(request.url ?? "")?.[1] ?? (request.url === "/" ? 0 : Number.NaN));
  const body = bodies[n];
  if (body === undefined) return response.writeHead(404, { "content-type": "text/plain" }).end("not found");
  return response
    .writeHead(200, { "content-type": "text/html; charset=utf-8", "content-length": body.length })
    .end(body);
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.stdout.write(`http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}\n`);
});
process.on("disconnect", () => process.exit());

/** Each page links to its chapter, its neighbours and some far ones, as documentation does; about 8 kB. */
function page(n: number): string {
  const near = [n - 1, n + 1, n + 2].filter((at) => at >= 0 && at < pages);
  const far = Array.from({ length: 20 }, (_, i) => (n * 7 + i * i * 31 + 1) % pages);
  const links = [...near, ...far].map((at) => `<li><a href="/p${at}.html">Section ${at}</a></li>`).join("\n");
  const words = Array.from(
    { length: 12 },
    (_, i) =>
      `<p id="s${i}">Paragraph ${i} of page ${n}. ${"The quick brown fox jumps over the lazy dog. ".repeat(10)}</p>`,
  ).join("\n");
  return `<!doctype html><html lang="en"><head><title>Page ${n}</title><link rel="canonical" href="/p${n}.html"></head><body><h1>Page ${n}</h1><nav><ul>${links}</ul></nav>${words}</body></html>`;
}
