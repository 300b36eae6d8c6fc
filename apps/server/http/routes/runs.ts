/** Runs: start, list, look at, cancel and retry. */
import { createRoute, z } from "@hono/zod-openapi";
import { STATES } from "../../core/words.ts";
import { cursor, type Endpoint, idParam, jsonBody, limit, listOf, PROBLEMS, time } from "../endpoint.ts";
import { findRun } from "../find.ts";
import { presentRun, presentRunDetail, RunDetailView, RunView } from "../presenters/run.ts";
import type { Services } from "../services.ts";

const StartBody = z
  .strictObject({
    task: z.string().min(1).optional(),
    operation: z.string().min(1).optional(),
    input: z.record(z.string(), z.unknown()).optional(),
    idempotencyKey: z.string().min(1).max(200).optional(),
  })
  .refine((body) => (body.task === undefined) !== (body.operation === undefined), {
    error: "Expected either `task` or `operation`",
  })
  .openapi("StartRun");

const RetryBody = z
  .strictObject({
    from: z
      .string()
      .min(1)
      .optional()
      .openapi({ description: "Name of a task: it and everything behind it runs again" }),
    input: z.record(z.string(), z.unknown()).optional().openapi({ description: "In place of the run's input" }),
    only: z.literal("failed").optional().openapi({ description: "Only what failed, not what was cancelled" }),
  })
  .refine((body) => body.only === undefined || (body.from === undefined && body.input === undefined), {
    error: "Expected `only`, or `from` and `input`",
  })
  .openapi("RetryRun");

const list = createRoute({
  method: "get",
  path: "/api/runs",
  tags: ["runs"],
  summary: "Runs, newest first",
  request: {
    query: z.strictObject({
      status: z.enum(STATES).optional(),
      name: z.string().min(1).optional(),
      trigger: z.string().min(1).max(200).optional(),
      since: time.optional(),
      startedBy: z.string().max(100).optional().openapi({ description: "Id of a run: those that it started" }),
      cursor,
      limit,
    }),
  },
  responses: {
    200: { description: "A page of runs", content: { "application/json": { schema: listOf(RunView) } } },
    ...PROBLEMS,
  },
});

const start = createRoute({
  method: "post",
  path: "/api/runs",
  tags: ["runs"],
  summary: "Start a task or an operation",
  request: { body: jsonBody(StartBody) },
  responses: {
    202: {
      description: "Accepted and durable. The same `idempotencyKey` gives the same run, with `created` false",
      content: { "application/json": { schema: z.object({ id: z.string(), created: z.boolean() }) } },
    },
    ...PROBLEMS,
  },
});

const get = createRoute({
  method: "get",
  path: "/api/runs/{id}",
  tags: ["runs"],
  summary: "One run",
  request: { params: idParam },
  responses: {
    200: { description: "The run", content: { "application/json": { schema: RunDetailView } } },
    ...PROBLEMS,
  },
});

const cancel = createRoute({
  method: "post",
  path: "/api/runs/{id}/cancel",
  tags: ["runs"],
  summary: "Cancel what has not ended yet",
  request: { params: idParam },
  responses: { 200: { description: "The run", content: { "application/json": { schema: RunView } } }, ...PROBLEMS },
});

const retry = createRoute({
  method: "post",
  path: "/api/runs/{id}/retry",
  tags: ["runs"],
  summary:
    "Queue failed, cancelled and skipped task runs again, or everything from a task on; with other input, if given",
  request: { params: idParam, body: { ...jsonBody(RetryBody), required: false } },
  responses: { 200: { description: "The run", content: { "application/json": { schema: RunView } } }, ...PROBLEMS },
});

type Endpoints = readonly [
  Endpoint<typeof list>,
  Endpoint<typeof start>,
  Endpoint<typeof get>,
  Endpoint<typeof cancel>,
  Endpoint<typeof retry>,
];

export function runEndpoints(services: Services): Endpoints {
  const { runs, engine } = services;
  return [
    {
      route: list,
      handler: async (c) => {
        const page = await runs.list(c.req.valid("query"));
        return c.json({ items: page.items.map(presentRun), next: page.next }, 200);
      },
    },
    {
      route: start,
      handler: async (c) => {
        const { task, operation, input, idempotencyKey } = c.req.valid("json");
        const { run, created } = await engine.submit({
          name: task ?? operation ?? "",
          input: input ?? {},
          trigger: { kind: c.get("caller") === "session" ? "manual" : "api", id: null, nominalAt: null, runId: null },
          idempotencyKey,
        });
        return c.json({ id: run.id, created }, 202, { location: `/api/runs/${run.id}` });
      },
    },
    {
      route: get,
      handler: async (c) => {
        const run = await findRun(runs, c.req.valid("param").id);
        const { runId } = run.trigger;
        const [{ output }, causedBy, started] = await Promise.all([
          runs.result(run.id),
          runId === null ? null : runs.get(runId),
          runs.list({ startedBy: run.id, limit: 50 }),
        ]);
        return c.json(presentRunDetail(run, output, causedBy, started.items), 200);
      },
    },
    {
      route: cancel,
      handler: async (c) => {
        const { id } = await findRun(runs, c.req.valid("param").id);
        return c.json(presentRun(await engine.cancel(id)), 200);
      },
    },
    {
      route: retry,
      handler: async (c) => {
        const { id } = await findRun(runs, c.req.valid("param").id);
        const { only, ...change } = c.req.valid("json") ?? {};
        return c.json(presentRun(await (only ? engine.retryBelow(id, null, { only }) : engine.retry(id, change))), 200);
      },
    },
  ];
}
