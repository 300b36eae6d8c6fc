/** The manifest of a run, live or as it lies in the file store, and its schema. */
import { createRoute, z } from "@hono/zod-openapi";
import { UltravisorError } from "../../core/errors.ts";
import { type Endpoint, idParam, PROBLEMS, streamed } from "../endpoint.ts";
import { findRun } from "../find.ts";
import { ManifestView, manifest, manifestSchema } from "../manifest.ts";
import { inChunks } from "../pages.ts";
import type { Services } from "../services.ts";

const get = createRoute({
  method: "get",
  path: "/api/runs/{id}/manifest",
  tags: ["runs"],
  summary: "Everything about a run in one document",
  request: { params: idParam },
  responses: {
    200: { description: "The manifest", content: { "application/json": { schema: ManifestView } } },
    ...PROBLEMS,
  },
});

const kept = createRoute({
  method: "get",
  path: "/api/runs/{id}/manifest/kept",
  tags: ["runs"],
  summary: "The manifest as it was written to the file store when the run had ended",
  request: { params: idParam },
  responses: {
    200: { description: "The manifest", content: { "application/json": { schema: ManifestView } } },
    ...PROBLEMS,
  },
});

const schema = createRoute({
  method: "get",
  path: "/api/schemas/manifest",
  tags: ["runs"],
  summary: "JSON Schema of a manifest",
  responses: {
    200: {
      description: "The schema",
      content: { "application/json": { schema: z.record(z.string(), z.unknown()).openapi("ManifestSchema") } },
    },
    ...PROBLEMS,
  },
});

type Endpoints = readonly [Endpoint<typeof get>, Endpoint<typeof kept>, Endpoint<typeof schema>];

export function manifestEndpoints(services: Services): Endpoints {
  return [
    {
      route: get,
      handler: async (c) => {
        const run = await findRun(services.runs, c.req.valid("param").id);
        return streamed(c, inChunks(manifest(services, run)), { "content-type": "application/json" });
      },
    },
    {
      route: kept,
      handler: async (c) => {
        const { id } = await findRun(services.runs, c.req.valid("param").id);
        return (await fromFileStore(services, id)) as never;
      },
    },
    { route: schema, handler: (c) => c.json(manifestSchema() as Record<string, never>, 200) },
  ];
}

async function fromFileStore({ manifests, fileStore }: Services, runId: string): Promise<Response> {
  const found = await manifests.get(runId);
  const body = found && (await fileStore.open(found.sha256));
  if (found === null || body === null)
    throw new UltravisorError(
      "unknown_file",
      "The file store has no manifest of this run (yet): one is written soon after a run has ended. GET /api/runs/:id/manifest gives it as it is now.",
    );
  const headers = {
    "content-type": "application/json",
    "content-length": String(found.size),
    etag: `"${found.sha256}"`,
  };
  return new Response(body, { headers });
}
