/** Task runs of a run, with their subtasks and attempts. */
import { createRoute, z } from "@hono/zod-openapi";
import { UltravisorError } from "../../core/errors.ts";
import { STATES } from "../../core/words.ts";
import { cursor, type Endpoint, idParam, limit, listOf, PROBLEMS } from "../endpoint.ts";
import { findRun, isId } from "../find.ts";
import { AttemptView, presentAttempt, presentTaskRun, TaskRunView } from "../presenters/task-run.ts";
import type { Services } from "../services.ts";

const list = createRoute({
  method: "get",
  path: "/api/runs/{id}/tasks",
  tags: ["runs"],
  summary: "Task runs of a run, oldest first",
  request: {
    params: idParam,
    query: z.strictObject({
      state: z.enum(STATES).optional(),
      parent: z.string().min(1).max(100).optional().openapi({ description: "Id of a task run, or `none`" }),
      cursor,
      limit,
    }),
  },
  responses: {
    200: { description: "A page of task runs", content: { "application/json": { schema: listOf(TaskRunView) } } },
    ...PROBLEMS,
  },
});

const get = createRoute({
  method: "get",
  path: "/api/runs/{id}/tasks/{task}",
  tags: ["runs"],
  summary: "One task run with its attempts",
  request: { params: z.object({ id: z.string(), task: z.string() }) },
  responses: {
    200: {
      description: "The task run",
      content: { "application/json": { schema: TaskRunView.extend({ history: z.array(AttemptView) }) } },
    },
    ...PROBLEMS,
  },
});

export function taskRunEndpoints(services: Services): readonly [Endpoint<typeof list>, Endpoint<typeof get>] {
  const { runs, taskRuns, capacity } = services;
  const around = async (ids: readonly string[]) => {
    const children = await taskRuns.childCounts(ids);
    const totals = await taskRuns.totals([...children.keys()]);
    return (id: string) => ({ subtasks: children.get(id), totals: totals.get(id), capacity });
  };
  return [
    {
      route: list,
      handler: async (c) => {
        const run = await findRun(runs, c.req.valid("param").id);
        const page = await taskRuns.list(run.id, c.req.valid("query"));
        const aroundEach = await around(page.items.map((item) => item.id));
        const items = page.items.map((item) => presentTaskRun(item, aroundEach(item.id)));
        return c.json({ items, next: page.next }, 200);
      },
    },
    {
      route: get,
      handler: async (c) => {
        const { id, task } = c.req.valid("param");
        const taskRun = isId(task) ? await taskRuns.get(task) : null;
        if (taskRun === null || taskRun.runId !== id) {
          throw new UltravisorError(
            "unknown_run",
            `No task run of that run has the id ${JSON.stringify(task.slice(0, 100))}. GET /api/runs/:id/tasks lists them.`,
          );
        }
        const aroundIt = await around([taskRun.id]);
        const history = (await taskRuns.attempts(taskRun.id)).map(presentAttempt);
        return c.json({ ...presentTaskRun(taskRun, aroundIt(taskRun.id)), history }, 200);
      },
    },
  ];
}
