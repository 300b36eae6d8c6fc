/** Steering a run that goes on, and parts of it: a task run with all that was spawned below it. */
import { createRoute, z } from "@hono/zod-openapi";
import { type Endpoint, idParam, jsonBody, PROBLEMS } from "../endpoint.ts";
import { findRun, isId } from "../find.ts";
import { presentRun, RunView } from "../presenters/run.ts";
import type { Services } from "../services.ts";

const answer = {
  responses: { 200: { description: "The run", content: { "application/json": { schema: RunView } } }, ...PROBLEMS },
};
const partParam = z.object({ id: z.string(), task: z.string() });

const pause = createRoute({
  method: "post",
  path: "/api/runs/{id}/pause",
  tags: ["runs"],
  summary: "Start nothing more of a run until it is resumed; what runs goes on to its end",
  request: { params: idParam },
  ...answer,
});

const resume = createRoute({
  method: "post",
  path: "/api/runs/{id}/resume",
  tags: ["runs"],
  summary: "Let a paused run go on",
  request: { params: idParam },
  ...answer,
});

const pausePart = createRoute({
  method: "post",
  path: "/api/runs/{id}/tasks/{task}/pause",
  tags: ["runs"],
  summary: "Start nothing more of a task run and all below it until that is resumed",
  request: { params: partParam },
  ...answer,
});

const resumePart = createRoute({
  method: "post",
  path: "/api/runs/{id}/tasks/{task}/resume",
  tags: ["runs"],
  summary: "Let a paused task run and all below it go on",
  request: { params: partParam },
  ...answer,
});

const cancelPart = createRoute({
  method: "post",
  path: "/api/runs/{id}/tasks/{task}/cancel",
  tags: ["runs"],
  summary: "Cancel what has not ended yet of a task run and all below it",
  request: { params: partParam },
  ...answer,
});

const RetryPartBody = z
  .strictObject({ only: z.literal("failed").optional().openapi({ description: "Not what was cancelled" }) })
  .openapi("RetryPart");

const retryPart = createRoute({
  method: "post",
  path: "/api/runs/{id}/tasks/{task}/retry",
  tags: ["runs"],
  summary: "Queue again what failed or was cancelled of a task run and all below it, also while the run goes on",
  request: { params: partParam, body: { ...jsonBody(RetryPartBody), required: false } },
  ...answer,
});

type Endpoints = readonly [
  Endpoint<typeof pause>,
  Endpoint<typeof resume>,
  Endpoint<typeof pausePart>,
  Endpoint<typeof resumePart>,
  Endpoint<typeof cancelPart>,
  Endpoint<typeof retryPart>,
];

export function subtreeEndpoints({ runs, engine }: Services): Endpoints {
  const runId = async (id: string): Promise<string> => (await findRun(runs, id)).id;
  /** Ids of another form are nobody's: the engine says so. */
  const part = (task: string): string => (isId(task) ? task : "");
  return [
    {
      route: pause,
      handler: async (c) => c.json(presentRun(await engine.pause(await runId(c.req.valid("param").id))), 200),
    },
    {
      route: resume,
      handler: async (c) => c.json(presentRun(await engine.resume(await runId(c.req.valid("param").id))), 200),
    },
    {
      route: pausePart,
      handler: async (c) => {
        const { id, task } = c.req.valid("param");
        return c.json(presentRun(await engine.pause(await runId(id), part(task))), 200);
      },
    },
    {
      route: resumePart,
      handler: async (c) => {
        const { id, task } = c.req.valid("param");
        return c.json(presentRun(await engine.resume(await runId(id), part(task))), 200);
      },
    },
    {
      route: cancelPart,
      handler: async (c) => {
        const { id, task } = c.req.valid("param");
        return c.json(presentRun(await engine.cancelBelow(await runId(id), part(task))), 200);
      },
    },
    {
      route: retryPart,
      handler: async (c) => {
        const { id, task } = c.req.valid("param");
        return c.json(presentRun(await engine.retryBelow(await runId(id), part(task), c.req.valid("json") ?? {})), 200);
      },
    },
  ];
}
