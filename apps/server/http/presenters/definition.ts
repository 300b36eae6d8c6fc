/** A task or operation, and what is wrong with task files, as the API shows them. */
import { z } from "@hono/zod-openapi";
import type { Concurrency, Definition, PlannedTask, TaskFileProblem } from "../../core/definition.ts";
import { HOOKS } from "../../core/operation.ts";
import { KINDS } from "../../core/words.ts";

const Bound = z
  .object({ limit: z.int(), key: z.string().nullable(), while: z.record(z.string(), z.number()).nullable() })
  .openapi({ description: "How many at once; `while`: as many as keep these loads below so many percent" });

export const PlannedTaskView = z
  .object({
    name: z.string(),
    use: z.string().nullable(),
    kind: z.enum(KINDS),
    needs: z.array(z.string()),
    with: z.record(z.string(), z.unknown()),
    command: z.string().nullable(),
    attempts: z.int(),
    timeout: z.number().openapi({ description: "Milliseconds" }),
    limits: z
      .object({
        depth: z.int(),
        subtasks: z.int(),
        bytes: z.int().optional(),
        time: z.int().optional(),
        perTemplate: z.int().optional(),
        perHost: z.int().optional(),
        memory: z.int().optional(),
        processes: z.int().optional(),
      })
      .openapi({
        description:
          "Where fan-out stops, `time` in milliseconds; and what an attempt may take: bytes of `memory`, `processes` at once",
      }),
    if: z.string().nullable().openapi({ description: "Condition: skipped unless it holds" }),
    each: z.string().nullable().openapi({ description: "Template of a list: one subtask per item" }),
    fallbackFor: z.string().nullable().openapi({ description: "The task that it stands in for when that one failed" }),
    hook: z.enum(HOOKS).nullable().openapi({ description: "Which end of the run it follows" }),
    operation: z.string().nullable().openapi({ description: "The operation that it is, as a run of its own" }),
    concurrency: Bound.nullable(),
    resources: z.object({ cpu: z.number().optional(), memory: z.number().optional() }).nullable(),
  })
  .openapi("PlannedTask");

export const DefinitionView = z
  .object({
    name: z.string(),
    kind: z.enum([...KINDS, "operation"]),
    description: z.string(),
    path: z.string(),
    hash: z.string(),
    input: z.record(z.string(), z.unknown()).nullable().openapi({ description: "JSON Schema; null: anything goes" }),
    triggers: z.array(z.record(z.string(), z.unknown())),
    flow: z.string(),
    timeout: z.number().nullable().openapi({ description: "Milliseconds that a whole run may take" }),
    concurrency: Bound.nullable(),
    tasks: z.array(PlannedTaskView),
  })
  .openapi("Definition");
export type DefinitionView = z.infer<typeof DefinitionView>;

export const ProblemOfFileView = z
  .object({
    path: z.string(),
    line: z.int().nullable(),
    column: z.int().nullable(),
    message: z.string(),
    mend: z.string(),
  })
  .openapi("TaskFileProblem");

export function presentDefinition(definition: Definition): DefinitionView {
  return {
    name: definition.name,
    kind: definition.kind,
    description: definition.description,
    path: definition.path,
    hash: definition.hash,
    input: definition.input,
    triggers: definition.triggers.map((trigger) => ({ ...trigger })),
    flow: definition.flow,
    timeout: definition.timeout ?? null,
    concurrency: boundOf(definition.concurrency),
    tasks: definition.tasks.map(presentPlanned),
  };
}

export function presentFileProblem(problem: TaskFileProblem): z.infer<typeof ProblemOfFileView> {
  return {
    path: problem.path,
    line: problem.line,
    column: problem.column,
    message: problem.message,
    mend: problem.mend,
  };
}

function boundOf(bound: Concurrency | undefined): z.infer<typeof Bound> | null {
  if (bound === undefined) return null;
  return { limit: bound.limit, key: bound.key ?? null, while: bound.while ? { ...bound.while } : null };
}

function presentPlanned(task: PlannedTask): z.infer<typeof PlannedTaskView> {
  return {
    name: task.name,
    use: task.use,
    kind: task.spec.kind,
    needs: [...task.needs],
    with: task.with,
    command: task.spec.command ?? null,
    attempts: task.spec.retry.attempts,
    timeout: task.spec.timeout,
    if: task.if ?? null,
    each: task.each ?? null,
    fallbackFor: task.fallbackFor ?? null,
    hook: task.hook ?? null,
    operation: task.spec.server?.type === "operation" ? task.spec.server.name : null,
    concurrency: boundOf(task.spec.concurrency),
    resources: task.spec.resources ?? null,
    limits: { ...task.spec.limits, ...task.spec.attemptLimits },
  };
}
