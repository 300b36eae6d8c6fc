/** A task run, and its attempts, as the API shows them. */
import { z } from "@hono/zod-openapi";
import { NO_DEADLINE, readAwaits } from "../../core/awaiting.ts";
import type { Attempt, Counts, TaskRun } from "../../core/entities.ts";
import { beyond, type Capacity } from "../../core/resources.ts";
import { tolerates } from "../../core/tolerance.ts";
import { FINAL_STATES, KINDS, REASONS, STATES } from "../../core/words.ts";
import { ServedView } from "./served.ts";
import { iso, isoOrNull } from "./time.ts";

export const ErrorView = z
  .object({ code: z.string(), message: z.string(), stack: z.string().optional() })
  .openapi("TaskError");

export const UsageView = z
  .object({
    cpuMs: z.number().nullable(),
    peakMemoryBytes: z.number().nullable(),
    exitCode: z.int().nullable().optional(),
    signal: z.string().nullable().optional(),
    bytes: z.int().optional().openapi({ description: "Of pages visited, unpacked, and files downloaded" }),
    tiers: z.object({ http: z.int(), browser: z.int(), served: z.array(ServedView).readonly().optional() }).optional(),
  })
  .openapi("Usage");

export const TaskRunView = z
  .object({
    id: z.string(),
    run: z.string(),
    task: z.string(),
    key: z.string().nullable(),
    parent: z.string().nullable(),
    root: z.string(),
    depth: z.int(),
    kind: z.enum(KINDS),
    state: z.enum(STATES),
    reason: z.enum(REASONS),
    attempt: z.int(),
    attempts: z.int().openapi({ description: "Tries allowed in all" }),
    interruptions: z.int(),
    node: z.string().nullable(),
    createdAt: z.string(),
    availableAt: z.string(),
    startedAt: z.string().nullable(),
    finishedAt: z.string().nullable(),
    awaits: z
      .enum(["approval", "time", "run"])
      .nullable()
      .openapi({ description: "What it waits for since it began, without a worker" }),
    awaitsRun: z.string().nullable().openapi({ description: "The run that it waits for" }),
    deadline: z.string().nullable().openapi({ description: "When it has waited for too long, or long enough" }),
    resources: z
      .object({ cpu: z.number().optional(), memory: z.number().optional() })
      .nullable()
      .openapi({ description: "What it takes of its node: processors, bytes" }),
    cannotStart: z
      .string()
      .nullable()
      .openapi({ description: "Why it waits for ever: what it takes is more than its node has" }),
    input: z.record(z.string(), z.unknown()),
    output: z.unknown(),
    error: ErrorView.nullable(),
    usage: UsageView.nullable(),
    subtasks: z.int().openapi({ description: "Subtasks started by this task run itself" }),
    totals: z.record(z.enum(STATES), z.int()).nullable().openapi({
      description: "Task runs below it, on all levels, by state; null where there are none. May be a moment old",
    }),
    tolerated: z.boolean().nullable().openapi({
      description:
        "All below it has ended, some of it failed, and its task tolerates that: it counts as succeeded. Null where there are no `totals`",
    }),
    pausedAt: z.string().nullable().openapi({ description: "Since when nothing more of it and below it is started" }),
    openSubtasks: z.int().openapi({ description: "Subtasks below it that are not final yet" }),
  })
  .openapi("TaskRun");
export type TaskRunView = z.infer<typeof TaskRunView>;

export const AttemptView = z
  .object({
    number: z.int(),
    state: z.enum([...FINAL_STATES, "running", "interrupted", "queued"]),
    reason: z.enum(REASONS),
    node: z.string(),
    startedAt: z.string(),
    finishedAt: z.string().nullable(),
    error: ErrorView.nullable(),
    usage: UsageView.nullable(),
  })
  .openapi("Attempt");
export type AttemptView = z.infer<typeof AttemptView>;

export interface Around {
  readonly subtasks?: number | undefined;
  /** Below it, on all levels. */
  readonly totals?: Counts | undefined;
  /** What its node has. */
  readonly capacity?: Capacity;
}

export function presentTaskRun(taskRun: TaskRun, { subtasks = 0, totals, capacity }: Around = {}): TaskRunView {
  const awaited = readAwaits(taskRun.awaits);
  return {
    id: taskRun.id,
    run: taskRun.runId,
    task: taskRun.task,
    key: taskRun.key,
    parent: taskRun.parent,
    root: taskRun.root,
    depth: taskRun.depth,
    kind: taskRun.kind,
    state: taskRun.state,
    reason: taskRun.reason,
    attempt: taskRun.attempt,
    attempts: taskRun.spec.retry.attempts,
    interruptions: taskRun.interruptions,
    node: taskRun.node,
    createdAt: iso(taskRun.createdAt),
    availableAt: iso(awaited === null ? taskRun.availableAt : (taskRun.startedAt ?? taskRun.createdAt)),
    startedAt: isoOrNull(taskRun.startedAt),
    finishedAt: isoOrNull(taskRun.finishedAt),
    awaits: awaited?.type ?? null,
    awaitsRun: awaited?.type === "run" ? awaited.runId : null,
    deadline: awaited === null || taskRun.availableAt === NO_DEADLINE ? null : iso(taskRun.availableAt),
    resources: taskRun.spec.resources ?? null,
    cannotStart: capacity === undefined ? null : whyStuck(taskRun, capacity),
    input: taskRun.input,
    output: taskRun.output,
    error: taskRun.error,
    usage: taskRun.usage,
    subtasks,
    openSubtasks: taskRun.openSubtasks,
    pausedAt: isoOrNull(taskRun.pausedAt),
    totals: totals ?? null,
    tolerated: totals === undefined ? null : isTolerated(taskRun, totals),
  };
}

function isTolerated({ parent, state, openSubtasks, spec }: TaskRun, below: Counts): boolean {
  if (parent !== null || state !== "succeeded" || openSubtasks > 0 || below.failed === 0 || below.cancelled > 0)
    return false;
  const all = Object.values(below).reduce((sum, count) => sum + count, 0);
  return tolerates(spec.tolerates, below.failed, all);
}

function whyStuck({ state, spec: { resources } }: TaskRun, capacity: Capacity): string | null {
  return state === "queued" && resources !== undefined ? beyond(resources, capacity) : null;
}

export function presentAttempt(attempt: Attempt): AttemptView {
  return {
    number: attempt.number,
    state: attempt.state,
    reason: attempt.reason,
    node: attempt.node,
    startedAt: iso(attempt.startedAt),
    finishedAt: isoOrNull(attempt.finishedAt),
    error: attempt.error,
    usage: attempt.usage,
  };
}
