/** Task runs that wait for a person's word, and the word. */
import { createRoute, z } from "@hono/zod-openapi";
import type { TaskRun } from "../../core/entities.ts";
import { UltravisorError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { cursor, type Endpoint, idParam, jsonBody, limit, listOf, PROBLEMS } from "../endpoint.ts";
import { isId } from "../find.ts";
import { ApprovalView, presentApproval } from "../presenters/approval.ts";
import type { Services } from "../services.ts";

const comment = z.string().max(2000).default("");
const ApproveBody = z
  .strictObject({ comment, values: z.record(z.string(), z.unknown()).default({}) })
  .openapi("Approve");
const RejectBody = z.strictObject({ comment }).openapi("Reject");

const list = createRoute({
  method: "get",
  path: "/api/approvals",
  tags: ["runs"],
  summary: "What waits for a person's word, oldest first",
  request: { query: z.strictObject({ cursor, limit }) },
  responses: {
    200: { description: "A page", content: { "application/json": { schema: listOf(ApprovalView) } } },
    ...PROBLEMS,
  },
});

const answered = {
  200: { description: "Answered", content: { "application/json": { schema: z.object({ run: z.string() }) } } },
  ...PROBLEMS,
};

const approve = createRoute({
  method: "post",
  path: "/api/approvals/{id}/approve",
  tags: ["runs"],
  summary: "Say yes; `values` are what the task asked for. The id is that of the task run",
  request: { params: idParam, body: { ...jsonBody(ApproveBody), required: false } },
  responses: answered,
});

const reject = createRoute({
  method: "post",
  path: "/api/approvals/{id}/reject",
  tags: ["runs"],
  summary: "Say no: the task fails with the reason `rejected`",
  request: { params: idParam, body: { ...jsonBody(RejectBody), required: false } },
  responses: answered,
});

type Endpoints = readonly [Endpoint<typeof list>, Endpoint<typeof approve>, Endpoint<typeof reject>];

export function approvalEndpoints(services: Services): Endpoints {
  const { engine, taskRuns, runs } = services;
  const by = (caller: string | null): string => (caller === "session" ? "a person in the web pages" : "the API");
  return [
    {
      route: list,
      handler: async (c) => {
        const page = await taskRuns.awaitingApproval(c.req.valid("query"));
        const items = await Promise.all(
          page.items.map(async (item) => presentApproval(item, (await runs.get(item.runId))?.name ?? "")),
        );
        return c.json({ items, next: page.next }, 200);
      },
    },
    {
      route: approve,
      handler: async (c) => {
        const taskRun = await find(services, c.req.valid("param").id);
        const { comment, values } = ApproveBody.parse(c.req.valid("json") ?? {});
        const checked = valuesFor(taskRun, values as JsonObject);
        await engine.answer(taskRun.id, { approved: true, comment, values: checked, by: by(c.get("caller")) });
        return c.json({ run: taskRun.runId }, 200);
      },
    },
    {
      route: reject,
      handler: async (c) => {
        const taskRun = await find(services, c.req.valid("param").id);
        const { comment } = RejectBody.parse(c.req.valid("json") ?? {});
        await engine.answer(taskRun.id, { approved: false, comment, by: by(c.get("caller")) });
        return c.json({ run: taskRun.runId }, 200);
      },
    },
  ];
}

async function find({ taskRuns }: Services, id: string): Promise<TaskRun> {
  const taskRun = isId(id) ? await taskRuns.get(id) : null;
  if (taskRun !== null) return taskRun;
  const message = `No task run has the id ${JSON.stringify(id.slice(0, 100))}. GET /api/approvals lists those that wait.`;
  throw new UltravisorError("unknown_run", message);
}

/** By the schema that the task run was given. */
function valuesFor({ input }: TaskRun, values: JsonObject): JsonObject {
  const { ask } = input;
  if (ask === undefined) {
    if (Object.keys(values).length === 0) return values;
    throw new UltravisorError("invalid_input", "this approval asks for no values");
  }
  const result = z.fromJSONSchema(ask as Parameters<typeof z.fromJSONSchema>[0]).safeParse(values);
  if (result.success) return result.data as JsonObject;
  const fields = result.error.issues.map(({ path, message }) => ({ path: ["values", ...path].join("."), message }));
  throw new UltravisorError("invalid_input", `${fields[0]?.path}: ${fields[0]?.message}`, { fields });
}
