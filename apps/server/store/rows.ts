/** Rows of the tables turned into what the rest of the server knows. */
import type { InferSelectModel } from "drizzle-orm";
import type { TaskSpec } from "../core/definition.ts";
import type { Delivery, Run, TaskRun } from "../core/entities.ts";
import type { Kind } from "../core/words.ts";
import type { runs, taskRuns } from "./schema/index.ts";

type RunRow = InferSelectModel<typeof runs>;
type TaskRunRow = InferSelectModel<typeof taskRuns>;

export function toRun(row: RunRow): Run {
  const { waiting, queued, running, succeeded, failed, cancelled, skipped } = row;
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    state: row.state,
    reason: row.reason,
    trigger: {
      kind: row.triggerKind,
      id: row.triggerId,
      nominalAt: row.nominalAt,
      runId: row.triggerRunId,
      cause: row.cause,
    },
    input: row.input,
    summary: row.summary,
    report: row.report,
    createdAt: row.createdAt,
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
    parentTaskRunId: row.parentTaskRunId,
    depth: row.depth,
    counts: { waiting, queued, running, succeeded, failed, cancelled, skipped },
    tolerated: row.tolerated,
    pausedAt: row.pausedAt,
    notStarted: {
      depth: row.tooDeep,
      subtasks: row.tooMany,
      bytes: row.tooLarge,
      time: row.tooLate,
      perTemplate: row.tooManyOfTemplate,
      perHost: row.tooManyOfHost,
      trap_suspected: row.trapped,
    },
  };
}

/** Asks for every field once: a row may have to make its values. */
export function toTaskRun(row: TaskRunRow, spec: TaskSpec): TaskRun {
  const { key } = row;
  return {
    id: row.id,
    runId: row.runId,
    key: key === "" ? null : key,
    parent: row.parentId,
    root: row.rootId,
    spec,
    task: row.task,
    depth: row.depth,
    kind: row.kind,
    state: row.state,
    reason: row.reason,
    attempt: row.attempt,
    failures: row.failures,
    interruptions: row.interruptions,
    node: row.node,
    priority: row.priority,
    availableAt: row.availableAt,
    createdAt: row.createdAt,
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
    input: row.input,
    output: row.output,
    error: row.error,
    usage: row.usage,
    bytes: row.bytes,
    pausedAt: row.pausedAt,
    openSubtasks: row.openSubtasks,
    rule: row.rule,
    landing: row.landing,
    awaits: row.awaits,
    hook: row.hook,
    lock: row.lock,
    cpu: row.cpu,
    memory: row.memory,
  };
}

/** What `RETURNING ${DELIVERY_COLUMNS}` gives. */
export const DELIVERY_COLUMNS = "id, run_id, task, kind, available_at, priority";

export function toDelivery(row: Readonly<Record<string, unknown>>): Delivery {
  return {
    taskRunId: String(row.id),
    runId: String(row.run_id),
    task: String(row.task),
    kind: row.kind as Kind,
    availableAt: Number(row.available_at),
    priority: Number(row.priority),
  };
}
