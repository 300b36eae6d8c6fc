/** The flow of a run: its operation's own tasks, what each waits for, and how each looks. */
import { createRoute, z } from "@hono/zod-openapi";
import { type Endpoint, idParam, PROBLEMS } from "../endpoint.ts";
import { findRun } from "../find.ts";
import { FlowView, presentCloudmesh, presentGraph } from "../presenters/flow.ts";
import type { Services } from "../services.ts";

const get = createRoute({
  method: "get",
  path: "/api/runs/{id}/flow",
  tags: ["runs"],
  summary: "The flow of a run as nodes and edges, or as cloudmesh-flow keeps it",
  description:
    "`view=graph` (default): `nodes` and `edges`. `view=cloudmesh`: `definition`, every node `defined`, and `active`, with status, result and dependencies that shrink as nodes finish. " +
    "A task that returns `label`, `color`, `shape` or `value` says how its node looks.",
  request: { params: idParam, query: z.strictObject({ view: z.enum(["graph", "cloudmesh"]).optional() }) },
  responses: {
    200: { description: "The flow", content: { "application/json": { schema: FlowView } } },
    ...PROBLEMS,
  },
});

export function flowEndpoints({ runs, taskRuns }: Services): readonly [Endpoint<typeof get>] {
  return [
    {
      route: get,
      handler: async (c) => {
        const run = await findRun(runs, c.req.valid("param").id);
        const tasks = await taskRuns.flow(run.id);
        const { view } = c.req.valid("query");
        return c.json(view === "cloudmesh" ? presentCloudmesh(run, tasks) : presentGraph(run, tasks), 200);
      },
    },
  ];
}
