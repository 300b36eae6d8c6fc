/** Saved sessions of browser tasks: which there are, never what they hold. */
import { createRoute, z } from "@hono/zod-openapi";
import { UltravisorError } from "../../core/errors.ts";
import { type Endpoint, listOf, PROBLEMS } from "../endpoint.ts";
import { iso } from "../presenters/time.ts";
import type { Services } from "../services.ts";

const SavedSessionView = z
  .object({
    name: z.string(),
    domains: z.array(z.string()).openapi({ description: "Hosts that it holds anything for" }),
    updatedAt: z.string(),
  })
  .openapi("SavedSession");

const list = createRoute({
  method: "get",
  path: "/api/sessions",
  tags: ["sessions"],
  summary: "Sessions that browser tasks saved, without what they hold",
  responses: {
    200: { description: "The sessions", content: { "application/json": { schema: listOf(SavedSessionView) } } },
    ...PROBLEMS,
  },
});

const remove = createRoute({
  method: "delete",
  path: "/api/sessions/{name}",
  tags: ["sessions"],
  summary: "Forget a saved session",
  request: { params: z.object({ name: z.string() }) },
  responses: { 204: { description: "Forgotten" }, ...PROBLEMS },
});

export function savedSessionEndpoints({
  savedSessions,
}: Services): readonly [Endpoint<typeof list>, Endpoint<typeof remove>] {
  return [
    {
      route: list,
      handler: async (c) => {
        const saved = await savedSessions.list();
        const items = saved.map(({ name, domains, updatedAt }) => ({
          name,
          domains: [...domains],
          updatedAt: iso(updatedAt),
        }));
        return c.json({ items, next: null }, 200);
      },
    },
    {
      route: remove,
      handler: async (c) => {
        const { name } = c.req.valid("param");
        if (!(await savedSessions.delete(name)))
          throw new UltravisorError(
            "unknown_session",
            `No session is saved as ${JSON.stringify(name.slice(0, 100))}. GET /api/sessions lists them.`,
          );
        return c.body(null, 204);
      },
    },
  ];
}
