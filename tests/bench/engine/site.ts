/**
 * A site of any size made from numbers, page by page when asked: nothing of it is kept. Served by a process of its own.
 * Usage: node site.ts <pages>; prints its address. `/asked` tells how often pages were asked for.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const pages = Number(process.argv[2] ?? 1000);
const text = Array.from(
  { length: 6 },
  (_, n) => `<p id="s${n}">${"The quick brown fox jumps over it. ".repeat(8)}</p>`,
).join("\n");
let asked = 0;

const server = createServer((request, response) => {
  if (request.url === "/asked") return response.end(String(asked));
  const n = Number(/^\/p(\d+)$/.exec(request.url ?? "")?.[1] ?? Number.NaN);
  if (!(n < pages)) return response.writeHead(404, { "content-type": "text/plain" }).end("not found");
  asked += 1;
  return response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page(n));
});
server.listen(0, "127.0.0.1", () =>
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}/p0\n`),
);
process.on("disconnect", () => process.exit());

/** Ten pages below each, its own parent and the next pages: every page is found, most links lead where others led before. */
function page(n: number): string {
  const below = Array.from({ length: 10 }, (_, i) => n * 10 + 1 + i);
  const others = [Math.floor((n - 1) / 10), n - 1, n + 1, 0, 1, 2].filter((at) => at >= 0);
  const links = [...below, ...others].filter((at) => at < pages);
  const list = links.map((at) => `<li><a href="/p${at}">Section ${at}</a></li>`).join("");
  return `<!doctype html><html lang="en"><head><title>Page ${n}</title></head><body><h1>Page ${n}</h1><ul>${list}</ul>${text}</body></html>`;
}
