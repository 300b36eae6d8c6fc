/** Files that runs left: their list, and their bytes, which a browser saves and never executes. */
import { createRoute, z } from "@hono/zod-openapi";
import type { StoredFile } from "../../core/entities.ts";
import { UltravisorError } from "../../core/errors.ts";
import { type AppContext, cursor, type Endpoint, idParam, limit, listOf, PROBLEMS } from "../endpoint.ts";
import { findRun, isId } from "../find.ts";
import { FileView, presentFile } from "../presenters/file.ts";
import { parseRange, type Range } from "../range.ts";
import type { Services } from "../services.ts";

const list = createRoute({
  method: "get",
  path: "/api/runs/{id}/files",
  tags: ["files"],
  summary: "Files of a run",
  request: { params: idParam, query: z.strictObject({ task: z.string().max(100).optional(), cursor, limit }) },
  responses: {
    200: { description: "A page of files", content: { "application/json": { schema: listOf(FileView) } } },
    ...PROBLEMS,
  },
});

const bytes = createRoute({
  method: "get",
  path: "/api/files/{id}",
  tags: ["files"],
  summary: "The bytes of a file; ranges are understood",
  request: { params: idParam },
  responses: {
    200: { description: "The whole file" },
    206: { description: "The part that `Range` asked for" },
    304: { description: "The copy of `If-None-Match` is still right" },
    ...PROBLEMS,
  },
});

export function fileEndpoints(services: Services): readonly [Endpoint<typeof list>, Endpoint<typeof bytes>] {
  return [
    {
      route: list,
      handler: async (c) => {
        const { task, ...page } = c.req.valid("query");
        const { id } = await findRun(services.runs, c.req.valid("param").id);
        const { items, next } = await services.files.list(id, { ...page, taskRunId: task });
        return c.json({ items: items.map(presentFile), next }, 200);
      },
    },
    { route: bytes, handler: (c) => sendFile(c, services, c.req.valid("param").id) },
  ];
}

async function sendFile(c: AppContext, services: Services, id: string): Promise<Response> {
  const file = isId(id) ? await services.files.get(id) : null;
  if (file === null) {
    throw new UltravisorError(
      "unknown_file",
      `No file has the id ${JSON.stringify(id.slice(0, 100))}. GET /api/runs/:id/files lists a run's files.`,
    );
  }
  const headers = headersOf(file);
  if (c.req.header("if-none-match") === headers.etag) return c.body(null, 304, headers);
  const range = parseRange(c.req.header("range"), file.size);
  if (range === "outside") {
    throw new UltravisorError("invalid_range", `The file has ${file.size} bytes; the range asked for lies outside.`);
  }
  const length = range === null ? file.size : range.end - range.start + 1;
  const status = range === null ? 200 : 206;
  if (range !== null) headers["content-range"] = `bytes ${range.start}-${range.end}/${file.size}`;
  headers["content-length"] = String(length);
  const body = c.req.method === "HEAD" || file.size === 0 ? null : await openBytes(services, file, range);
  return new Response(body, { status, headers });
}

async function openBytes(
  services: Services,
  file: StoredFile,
  range: Range | null,
): Promise<ReadableStream<Uint8Array>> {
  const body = await services.fileStore.open(file.sha256, range ?? undefined);
  if (body !== null) return body;
  throw new UltravisorError("unknown_file", "The file is listed, but its bytes are no longer in the file store.");
}

/** Bytes came from anywhere, so the browser is told to save them, to guess nothing, and to run nothing. */
function headersOf(file: StoredFile): Record<string, string> {
  return {
    "content-type": harmlessType(file.type),
    "content-disposition": `attachment; filename="${asciiName(file.name)}"; filename*=UTF-8''${encodeName(file.name)}`,
    "content-security-policy": "default-src 'none'; sandbox",
    "accept-ranges": "bytes",
    etag: `"${file.sha256}"`,
    "cache-control": "private, max-age=31536000, immutable",
  };
}

function harmlessType(type: string): string {
  const essence = type.split(";")[0]?.trim().toLowerCase() ?? "";
  if (!/^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/.test(essence)) return "application/octet-stream";
  const isExecuted = /html|xml|script|svg/.test(essence) && !essence.startsWith("application/vnd.openxmlformats");
  return isExecuted || essence.startsWith("text/") ? "text/plain; charset=utf-8" : essence;
}

function asciiName(name: string): string {
  return name.replaceAll(/[^\w .()+,=@-]/g, "_").slice(0, 150) || "file";
}

function encodeName(name: string): string {
  const shown = [...name.toWellFormed()].slice(0, 150).join("");
  return encodeURIComponent(shown).replaceAll(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
