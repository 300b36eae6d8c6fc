/** Subtasks of a run that were wanted and not started, and what stopped them. */
import { createRoute, z } from "@hono/zod-openapi";
import { type NotStarted, STOP_REASONS } from "../../core/stops.ts";
import { cursor, type Endpoint, idParam, limit, listOf, PROBLEMS } from "../endpoint.ts";
import { findRun } from "../find.ts";
import { iso } from "../presenters/time.ts";
import type { Services } from "../services.ts";

const NotStartedView = z
  .object({
    task: z.string(),
    key: z.string(),
    parent: z.string().openapi({ description: "Id of the first task run that wanted it" }),
    reason: z.enum(STOP_REASONS),
    detail: z.string().nullable().openapi({ description: "Why it looks like a trap" }),
    time: z.string(),
  })
  .openapi("NotStarted");

const list = createRoute({
  method: "get",
  path: "/api/runs/{id}/not-started",
  tags: ["runs"],
  summary: "Subtasks that were wanted and not started, with what stopped them; the first 10,000 are kept",
  request: { params: idParam, query: z.strictObject({ reason: z.enum(STOP_REASONS).optional(), cursor, limit }) },
  responses: {
    200: { description: "A page of them", content: { "application/json": { schema: listOf(NotStartedView) } } },
    ...PROBLEMS,
  },
});

export function notStartedEndpoints({ runs, taskRuns }: Services): readonly [Endpoint<typeof list>] {
  return [
    {
      route: list,
      handler: async (c) => {
        const { id } = await findRun(runs, c.req.valid("param").id);
        const page = await taskRuns.notStarted(id, c.req.valid("query"));
        return c.json({ items: page.items.map(present), next: page.next }, 200);
      },
    },
  ];
}

function present(stop: NotStarted): z.infer<typeof NotStartedView> {
  return { ...stop, time: iso(stop.time) };
}
