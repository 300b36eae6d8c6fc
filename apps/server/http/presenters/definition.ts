/** A task or operation, and what is wrong with task files, as the API shows them. */
import { z } from "@hono/zod-openapi";
import type { Definition, PlannedTask, TaskFileProblem } from "../../core/definition.ts";
import { KINDS } from "../../core/words.ts";

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
      })
      .openapi({ description: "Where fan-out stops; `time` in milliseconds" }),
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
    limits: task.spec.limits,
  };
}
