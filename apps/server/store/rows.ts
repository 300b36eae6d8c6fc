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

export function toTaskRun(row: TaskRunRow, spec: TaskSpec): TaskRun {
  const {
    parentId,
    rootId,
    specId: _specId,
    boot: _boot,
    failedSubtasks: _failedSubtasks,
    subtasks: _subtasks,
    landed: _landed,
    cancelRequestedAt: _cancelRequestedAt,
    stopAt: _stopAt,
    key,
    ...same
  } = row;
  return { ...same, key: key === "" ? null : key, parent: parentId, root: rootId, spec };
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
