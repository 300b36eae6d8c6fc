/** The mirror of a run, as a ZIP to browse offline or as a web archive, sent while it is made. */
import { createRoute, z } from "@hono/zod-openapi";
import { UltravisorError } from "../../core/errors.ts";
import { MIRROR_FORMATS } from "../../core/mirror.ts";
import { type AppContext, type Endpoint, idParam, PROBLEMS } from "../endpoint.ts";
import { findRun } from "../find.ts";
import type { Services } from "../services.ts";

const get = createRoute({
  method: "get",
  path: "/api/runs/{id}/mirror",
  tags: ["runs"],
  summary: "What a run mirrored: a ZIP to browse offline, a WARC or a WACZ (option `mirror`)",
  request: { params: idParam, query: z.strictObject({ format: z.enum(MIRROR_FORMATS).default("zip") }) },
  responses: { 200: { description: "The mirror" }, ...PROBLEMS },
});

const counts = createRoute({
  method: "get",
  path: "/api/runs/{id}/mirror/counts",
  tags: ["runs"],
  summary: "How much a run mirrored",
  request: { params: idParam },
  responses: {
    200: {
      description: "All zero for a run that mirrors nothing",
      content: {
        "application/json": {
          schema: z.object({ pages: z.int(), files: z.int(), assets: z.int(), bytes: z.int() }).openapi("MirrorCounts"),
        },
      },
    },
    ...PROBLEMS,
  },
});

export function mirrorEndpoints(services: Services): readonly [Endpoint<typeof get>, Endpoint<typeof counts>] {
  return [
    {
      route: get,
      handler: (c) => sendMirror(c, services, c.req.valid("param").id, c.req.valid("query").format),
    },
    {
      route: counts,
      handler: async (c) => {
        const { id } = await findRun(services.runs, c.req.valid("param").id);
        return c.json(await services.mirrors.counts(id), 200);
      },
    },
  ];
}

async function sendMirror(
  c: AppContext,
  { runs, mirrors }: Services,
  id: string,
  format: (typeof MIRROR_FORMATS)[number],
): Promise<Response> {
  const run = await findRun(runs, id);
  const mirror = await mirrors.open(run, format);
  if (mirror === null) {
    throw new UltravisorError(
      "unknown_mirror",
      "The run kept no mirror. Give its task the option `mirror: true`, and run it again.",
    );
  }
  const headers = {
    "content-type": mirror.type,
    "content-disposition": `attachment; filename="${mirror.name}"`,
    "content-security-policy": "default-src 'none'; sandbox",
  };
  return new Response(c.req.method === "HEAD" ? null : streamOf(mirror.bytes), { status: 200, headers });
}

function streamOf(bytes: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const chunks = bytes[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: async () => void (await chunks.return?.()),
  });
}
