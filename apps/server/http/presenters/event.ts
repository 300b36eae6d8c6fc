/** Events and notices as the API streams them. */
import { z } from "@hono/zod-openapi";
import type { Event } from "../../core/entities.ts";
import type { Notice } from "../../core/ports.ts";
import { iso } from "./time.ts";

export const EventView = z
  .object({
    id: z.int(),
    time: z.string(),
    kind: z.string(),
    run: z.string().nullable(),
    task: z.string().nullable().openapi({ description: "Id of the task run" }),
    name: z.string().nullable(),
    data: z.record(z.string(), z.unknown()),
  })
  .openapi("Event");
export type EventView = z.infer<typeof EventView>;

/** What has just changed. Not kept: who was away reads the lists again. `reload`: more changed than can be told. */
export type NoticeView =
  | { readonly type: "run"; readonly run: string; readonly name: string; readonly state: string }
  | { readonly type: "task_run"; readonly run: string; readonly task: string; readonly state: string }
  | { readonly type: "state"; readonly scope: string; readonly key: string }
  | { readonly type: "tasks" }
  | { readonly type: "reload" };

export function presentEvent(event: Event): EventView {
  return {
    id: event.id,
    time: iso(event.time),
    kind: event.kind,
    run: event.runId,
    task: event.taskRunId,
    name: event.name,
    data: event.data,
  };
}

/** Null: nothing that `/api/events` tells as a notice. */
export function presentNotice(notice: Notice): NoticeView | null {
  switch (notice.type) {
    case "run":
      return { type: "run", run: notice.runId, name: notice.name, state: notice.state };
    case "task_run":
      return { type: "task_run", run: notice.runId, task: notice.taskRunId, state: notice.state };
    case "state":
      return { type: "state", scope: notice.scope, key: notice.key };
    case "tasks":
      return { type: "tasks" };
    default:
      return null;
  }
}
