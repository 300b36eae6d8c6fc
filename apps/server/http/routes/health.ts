/** Health: open to all, so it tells no path to strangers. */
import { createRoute, z } from "@hono/zod-openapi";
import { type Endpoint, PROBLEMS } from "../endpoint.ts";
import { iso } from "../presenters/time.ts";
import type { Services } from "../services.ts";

const HealthView = z
  .object({
    status: z.enum(["ok", "degraded"]),
    version: z.string(),
    node: z.string(),
    startedAt: z.string(),
    sqlite: z.string(),
    queue: z.string(),
    browser: z.object({
      found: z.boolean(),
      path: z.string().nullable().openapi({ description: "Told to callers that are signed in" }),
      sandbox: z.boolean(),
    }),
    warnings: z.array(z.string()),
  })
  .openapi("Health");

const get = createRoute({
  method: "get",
  path: "/api/health",
  tags: ["server"],
  summary: "Whether the server works, and what it warns of",
  security: [],
  responses: { 200: { description: "Health", content: { "application/json": { schema: HealthView } } }, ...PROBLEMS },
});

export function healthEndpoints(services: Services): readonly [Endpoint<typeof get>] {
  return [
    {
      route: get,
      handler: async (c) => {
        const { startedAt, browser, warnings, ...health } = await services.health();
        const path = c.get("caller") === null ? null : browser.path;
        return c.json(
          {
            ...health,
            startedAt: iso(startedAt),
            browser: { found: browser.path !== null, path, sandbox: browser.sandbox },
            warnings: [...warnings],
          },
          200,
        );
      },
    },
  ];
}
