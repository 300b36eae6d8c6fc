/** What waits for a person's word, as the API shows it. */
import { z } from "@hono/zod-openapi";
import { NO_DEADLINE } from "../../core/awaiting.ts";
import type { TaskRun } from "../../core/entities.ts";
import { iso } from "./time.ts";

export const ApprovalView = z
  .object({
    id: z.string().openapi({ description: "Of the task run" }),
    run: z.string(),
    name: z.string().openapi({ description: "Of the operation" }),
    task: z.string(),
    message: z.string(),
    ask: z
      .record(z.string(), z.unknown())
      .nullable()
      .openapi({ description: "JSON Schema of the values that are asked for" }),
    since: z.string(),
    deadline: z.string().nullable(),
  })
  .openapi("Approval");

export function presentApproval(taskRun: TaskRun, name: string): z.infer<typeof ApprovalView> {
  const { id, runId, task, input, startedAt, createdAt, availableAt } = taskRun;
  return {
    ...{ id, run: runId, name, task, message: String(input.message ?? "") },
    ask: (input.ask as Record<string, unknown> | undefined) ?? null,
    since: iso(startedAt ?? createdAt),
    deadline: availableAt === NO_DEADLINE ? null : iso(availableAt),
  };
}
