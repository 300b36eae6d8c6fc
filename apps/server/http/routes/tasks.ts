/** Tasks and operations: what the files in the tasks folder define, and what is wrong with them. */
import { createRoute, z } from "@hono/zod-openapi";
import type { Definition } from "../../core/definition.ts";
import { UltravisorError } from "../../core/errors.ts";
import type { Catalog } from "../../core/ports.ts";
import { type Endpoint, PROBLEMS } from "../endpoint.ts";
import { DefinitionView, ProblemOfFileView, presentDefinition, presentFileProblem } from "../presenters/definition.ts";
import type { Services } from "../services.ts";

const list = createRoute({
  method: "get",
  path: "/api/tasks",
  tags: ["tasks"],
  summary: "All tasks and operations, and the mistakes in task files",
  responses: {
    200: {
      description: "Every definition; `problems` lists what could not be loaded",
      content: {
        "application/json": {
          schema: z.object({
            items: z.array(DefinitionView),
            next: z.string().nullable(),
            problems: z.array(ProblemOfFileView),
          }),
        },
      },
    },
    ...PROBLEMS,
  },
});

const get = createRoute({
  method: "get",
  path: "/api/tasks/{name}",
  tags: ["tasks"],
  summary: "One task or operation; a slash in its name is written %2F",
  request: { params: z.object({ name: z.string() }) },
  responses: {
    200: { description: "The definition", content: { "application/json": { schema: DefinitionView } } },
    ...PROBLEMS,
  },
});

const recording = createRoute({
  method: "get",
  path: "/api/tasks/{name}/recording",
  tags: ["tasks"],
  summary: "A recorded flow, as Chrome's Recorder imports it",
  request: { params: z.object({ name: z.string() }) },
  responses: {
    200: {
      description: "The recording",
      content: { "application/json": { schema: z.record(z.string(), z.unknown()) } },
    },
    ...PROBLEMS,
  },
});

type Endpoints = readonly [Endpoint<typeof list>, Endpoint<typeof get>, Endpoint<typeof recording>];

export function taskEndpoints({ catalog }: Services): Endpoints {
  return [
    {
      route: list,
      handler: (c) =>
        c.json(
          {
            items: catalog.list().map(presentDefinition),
            next: null,
            problems: catalog.problems().map(presentFileProblem),
          },
          200,
        ),
    },
    {
      route: get,
      handler: (c) => {
        const { name } = c.req.valid("param");
        const definition = catalog.get(name);
        if (definition === undefined) throw unknownTask(catalog, name);
        return c.json(presentDefinition(definition), 200);
      },
    },
    {
      route: recording,
      handler: (c) => {
        const { name } = c.req.valid("param");
        const definition = catalog.get(name);
        if (definition === undefined) throw unknownTask(catalog, name);
        if (definition.recording === undefined) throw notRecorded(definition);
        return c.json(definition.recording, 200) as never;
      },
    },
  ];
}

function notRecorded({ name, path }: Definition): UltravisorError {
  return new UltravisorError(
    "conflict",
    `Expected ${JSON.stringify(name)} to be a recorded flow, but it is written in ${path}; only what was recorded can be exported.`,
  );
}

/** A file that is there but has mistakes is another matter than a name that never was. */
function unknownTask(catalog: Catalog, name: string): UltravisorError {
  const broken = catalog.problems().find(({ path }) => path.replace(/\.[a-z]+$/, "") === name);
  if (broken !== undefined) {
    const place = broken.line === null ? broken.path : `${broken.path}:${broken.line}`;
    return new UltravisorError("task_file_invalid", `${place}: ${broken.message}; ${broken.mend}`);
  }
  const names = catalog.list().map((definition) => definition.name);
  const known = names.length === 0 ? "the tasks folder has none" : `known are ${names.slice(0, 20).join(", ")}`;
  return new UltravisorError("unknown_task", `No task or operation is called ${JSON.stringify(name)}; ${known}.`);
}
