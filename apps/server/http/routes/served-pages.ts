/** Which tier served the pages of a run, and why. */
import { createRoute } from "@hono/zod-openapi";
import { type Endpoint, idParam, listOf, PROBLEMS } from "../endpoint.ts";
import { findRun } from "../find.ts";
import { ServedView } from "../presenters/served.ts";
import type { Services } from "../services.ts";

const list = createRoute({
  method: "get",
  path: "/api/runs/{id}/pages",
  tags: ["runs"],
  summary:
    "How many pages came over HTTP and through Chromium, by the pattern of their address, and why; most pages first",
  request: { params: idParam },
  responses: {
    200: {
      description: "Kinds of pages, 200 at most",
      content: { "application/json": { schema: listOf(ServedView) } },
    },
    ...PROBLEMS,
  },
});

export function servedPagesEndpoints({ runs }: Services): readonly [Endpoint<typeof list>] {
  return [
    {
      route: list,
      handler: async (c) => {
        const run = await findRun(runs, c.req.valid("param").id);
        return c.json({ items: [...(await runs.served(run.id))], next: null }, 200);
      },
    },
  ];
}
