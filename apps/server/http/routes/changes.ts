/** What a run found to be new, changed or gone since the run before. */
import { createRoute, z } from "@hono/zod-openapi";
import { CHANGE_KINDS, SIGHTED } from "../../core/recrawl.ts";
import { cursor, type Endpoint, idParam, limit, listOf, PROBLEMS } from "../endpoint.ts";
import { findRun } from "../find.ts";
import { ChangeView, DiffView, presentChange, presentDiff } from "../presenters/change.ts";
import type { Services } from "../services.ts";

const list = createRoute({
  method: "get",
  path: "/api/runs/{id}/changes",
  tags: ["runs"],
  summary: "Pages and files that are new, changed or gone since the run before (option `recrawl`)",
  request: {
    params: idParam,
    query: z.strictObject({
      kind: z.enum(CHANGE_KINDS).optional(),
      what: z.enum(SIGHTED).optional(),
      cursor,
      limit,
    }),
  },
  responses: {
    200: {
      description: "A page of changes, and how many there are; `diff` is null for a run that remembers nothing",
      content: { "application/json": { schema: listOf(ChangeView).extend({ diff: DiffView.nullable() }) } },
    },
    ...PROBLEMS,
  },
});

export function changeEndpoints({ runs, diffs }: Services): readonly [Endpoint<typeof list>] {
  return [
    {
      route: list,
      handler: async (c) => {
        const { id } = await findRun(runs, c.req.valid("param").id);
        const [diff, page] = await Promise.all([diffs.diff(id), diffs.list(id, c.req.valid("query"))]);
        return c.json({ items: page.items.map(presentChange), next: page.next, diff: diff && presentDiff(diff) }, 200);
      },
    },
  ];
}
