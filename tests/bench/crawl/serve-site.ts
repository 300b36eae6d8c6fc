/**
 * Serves one site from memory in a process of its own, so that all contenders pay the same for it.
 * Usage: node serve-site.ts static|decorated|rendered|mixed <pages>; prints its address, first page and what is to be found as JSON.
 */
import { createServer } from "node:http";
import { mixedSite } from "./sites/mixed.ts";
import { renderedSite } from "./sites/rendered.ts";
import type { BenchSite } from "./sites/site.ts";
import { staticSite } from "./sites/static.ts";

const [kind, count] = [process.argv[2] ?? "static", Number(process.argv[3] ?? 1200)];
const { start, answers, fallback, expected } = await make();

const server = createServer((request, response) => {
  const path = new URL(request.url ?? "/", "http://site").pathname;
  // A page of the application has no ending; what has one is a file that is there or not.
  const found = answers.get(path) ?? (/\.[a-z]+$/.test(path) ? null : fallback);
  if (!found) return response.writeHead(404, { "content-type": "text/plain" }).end("not found");
  return response.writeHead(200, { "content-type": found.type, "content-length": found.body.length }).end(found.body);
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  process.stdout.write(`${JSON.stringify({ url, start, expected: Object.fromEntries(expected) })}\n`);
});
process.on("disconnect", () => process.exit());

function make(): BenchSite | Promise<BenchSite> {
  switch (kind) {
    case "rendered":
      return renderedSite();
    case "mixed":
      return mixedSite();
    default:
      return staticSite(count, kind === "decorated");
  }
}
