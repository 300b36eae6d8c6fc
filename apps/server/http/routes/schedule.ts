/** The schedule: what starts when, a preview of any trigger, and a person's hand on it. */
import { createRoute, z } from "@hono/zod-openapi";
import { UltravisorError } from "../../core/errors.ts";
import { type Endpoint, idParam, jsonBody, listOf, PROBLEMS, time } from "../endpoint.ts";
import { presentSchedule, ScheduleView } from "../presenters/schedule-entry.ts";
import { iso, isoOrNull } from "../presenters/time.ts";
import type { Services } from "../services.ts";

const list = createRoute({
  method: "get",
  path: "/api/schedule",
  tags: ["schedule"],
  summary: "Every trigger of every task, with its timing",
  responses: {
    200: { description: "The entries", content: { "application/json": { schema: listOf(ScheduleView) } } },
    ...PROBLEMS,
  },
});

const preview = createRoute({
  method: "post",
  path: "/api/schedule/preview",
  tags: ["schedule"],
  summary: "The next times of a trigger, without starting anything",
  request: {
    body: jsonBody(
      z.strictObject({
        trigger: z.record(z.string(), z.unknown()),
        from: time.optional(),
        count: z.int().min(1).max(100).optional(),
      }),
    ),
  },
  responses: {
    200: { description: "Times", content: { "application/json": { schema: z.object({ next: z.array(z.string()) }) } } },
    ...PROBLEMS,
  },
});

const entryAnswer = {
  200: { description: "The entry", content: { "application/json": { schema: ScheduleView } } },
  ...PROBLEMS,
};

const pause = createRoute({
  method: "post",
  path: "/api/schedule/{id}/pause",
  tags: ["schedule"],
  summary: "Start nothing by this trigger until it is resumed",
  request: { params: idParam },
  responses: entryAnswer,
});

const resume = createRoute({
  method: "post",
  path: "/api/schedule/{id}/resume",
  tags: ["schedule"],
  summary: "Undo a pause",
  request: { params: idParam },
  responses: entryAnswer,
});

const run = createRoute({
  method: "post",
  path: "/api/schedule/{id}/run",
  tags: ["schedule"],
  summary: "Start it now, with the trigger's own input",
  request: { params: idParam },
  responses: {
    202: { description: "The run", content: { "application/json": { schema: z.object({ id: z.string() }) } } },
    ...PROBLEMS,
  },
});

const backfill = createRoute({
  method: "post",
  path: "/api/schedule/{id}/backfill",
  tags: ["schedule"],
  summary: "Start a run for every time in a range that has none; at most 100",
  request: { params: idParam, body: jsonBody(z.strictObject({ from: time, to: time })) },
  responses: {
    202: {
      description: "What was started",
      content: {
        "application/json": {
          schema: z.object({
            started: z.array(z.object({ id: z.string(), nominalAt: z.string().nullable() })),
            existing: z.int().openapi({ description: "Times that had a run already" }),
          }),
        },
      },
    },
    ...PROBLEMS,
  },
});

type Endpoints = readonly [
  Endpoint<typeof list>,
  Endpoint<typeof preview>,
  Endpoint<typeof pause>,
  Endpoint<typeof resume>,
  Endpoint<typeof run>,
  Endpoint<typeof backfill>,
];

export function scheduleEndpoints({ schedule, engine, clock }: Services): Endpoints {
  const known = async (id: string): Promise<string> => {
    if ((await schedule.get(id)) !== null) return id;
    throw new UltravisorError(
      "unknown_schedule",
      `No schedule entry has the id ${JSON.stringify(id.slice(0, 100))}. GET /api/schedule lists them.`,
    );
  };
  return [
    {
      route: list,
      handler: async (c) => c.json({ items: (await schedule.list()).map(presentSchedule), next: null }, 200),
    },
    {
      route: preview,
      handler: (c) => {
        const { trigger, from, count } = c.req.valid("json");
        return c.json({ next: engine.preview(trigger, from ?? clock(), count ?? 5).map(iso) }, 200);
      },
    },
    {
      route: pause,
      handler: async (c) =>
        c.json(presentSchedule(await engine.setPaused(await known(c.req.valid("param").id), true)), 200),
    },
    {
      route: resume,
      handler: async (c) =>
        c.json(presentSchedule(await engine.setPaused(await known(c.req.valid("param").id), false)), 200),
    },
    {
      route: run,
      handler: async (c) => {
        const { id } = await engine.runNow(await known(c.req.valid("param").id));
        return c.json({ id }, 202, { location: `/api/runs/${id}` });
      },
    },
    {
      route: backfill,
      handler: async (c) => {
        const { from, to } = c.req.valid("json");
        const { started, existing } = await engine.backfill(await known(c.req.valid("param").id), from, to);
        const runs = started.map(({ id, trigger }) => ({ id, nominalAt: isoOrNull(trigger.nominalAt) }));
        return c.json({ started: runs, existing }, 202);
      },
    },
  ];
}
