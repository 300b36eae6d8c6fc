/** Health: open to all, so it tells no path to strangers. */
import { createRoute, z } from "@hono/zod-openapi";
import type { Health } from "../../core/health.ts";
import { type Endpoint, PROBLEMS } from "../endpoint.ts";
import { iso } from "../presenters/time.ts";
import type { Services } from "../services.ts";

const PaceView = z.object({
  task: z.string(),
  limit: z.int(),
  most: z.int().openapi({ description: "It is never more than this" }),
  changes: z.array(z.object({ at: z.string(), from: z.int(), to: z.int(), why: z.string() })).openapi({
    description: "The last ten, newest first",
  }),
});

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
      paces: z.array(PaceView).openapi({
        description: "How many pages Chromium shows at a time, by task; told to callers that are signed in",
      }),
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
        return c.json(
          {
            ...health,
            startedAt: iso(startedAt),
            browser: presentBrowser(browser, c.get("caller") !== null),
            warnings: [...warnings],
          },
          200,
        );
      },
    },
  ];
}

function presentBrowser(
  { path, sandbox, paces }: Health["browser"],
  isKnown: boolean,
): z.infer<typeof HealthView>["browser"] {
  const shown = paces.map((pace) => ({
    ...pace,
    changes: pace.changes.map((change) => ({ ...change, at: iso(change.at) })),
  }));
  return { found: path !== null, path: isKnown ? path : null, sandbox, paces: isKnown ? shown : [] };
}
