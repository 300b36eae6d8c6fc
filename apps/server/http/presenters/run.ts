/** A run as the API shows it. */
import { z } from "@hono/zod-openapi";
import type { Run } from "../../core/entities.ts";
import { STOP_REASONS } from "../../core/stops.ts";
import { KINDS, REASONS, STATES, TRIGGER_KINDS } from "../../core/words.ts";
import { iso, isoOrNull } from "./time.ts";

export const RunView = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: z.enum([...KINDS, "operation"]),
    state: z.enum(STATES),
    reason: z.enum(REASONS),
    trigger: z.object({
      kind: z.enum(TRIGGER_KINDS),
      id: z.string().nullable(),
      nominalAt: z.string().nullable(),
      run: z.string().nullable(),
      cause: z
        .record(z.string(), z.unknown())
        .nullable()
        .openapi({ description: "What was found that started it, such as the value of a condition" }),
    }),
    input: z.record(z.string(), z.unknown()),
    summary: z.string().nullable(),
    report: z.record(z.string(), z.unknown()),
    parentTask: z.string().nullable().openapi({
      description: "The task run of another run that this run is: it is cancelled and tried again with it",
    }),
    createdAt: z.string(),
    startedAt: z.string().nullable(),
    finishedAt: z.string().nullable(),
    pausedAt: z.string().nullable().openapi({ description: "Since when nothing more of it is started" }),
    counts: z.record(z.enum(STATES), z.int()),
    tolerated: z.int().openapi({
      description:
        "How many of the failed ones are subtasks whose failure their task tolerates; 0 until the run is final",
    }),
    notStarted: z
      .record(z.enum(STOP_REASONS), z.int())
      .openapi({ description: "Subtasks that were not started, by what stopped them" }),
  })
  .openapi("Run");
export type RunView = z.infer<typeof RunView>;

const LinkView = z.object({ id: z.string(), name: z.string(), state: z.enum(STATES), trigger: z.enum(TRIGGER_KINDS) });

/** One run alone: with what it put out, and the runs before and behind it. */
export const RunDetailView = RunView.extend({
  output: z.unknown().openapi({ description: "Of its last task; of several last tasks, an object by their names" }),
  causedBy: LinkView.nullable().openapi({ description: "The run that started it" }),
  started: z.array(LinkView).openapi({
    description:
      "Runs that its end or one of its tasks started, oldest first; the first 50. GET /api/runs?startedBy lists all",
  }),
}).openapi("RunDetail");

/** @param started newest first, as runs are listed */
export function presentRunDetail(
  run: Run,
  output: unknown,
  causedBy: Run | null,
  started: readonly Run[],
): z.infer<typeof RunDetailView> {
  return {
    ...presentRun(run),
    output,
    causedBy: causedBy && presentLink(causedBy),
    started: started.toReversed().map(presentLink),
  };
}

function presentLink({ id, name, state, trigger }: Run): z.infer<typeof LinkView> {
  return { id, name, state, trigger: trigger.kind };
}

export function presentRun(run: Run): RunView {
  return {
    id: run.id,
    name: run.name,
    kind: run.kind,
    state: run.state,
    reason: run.reason,
    trigger: {
      kind: run.trigger.kind,
      id: run.trigger.id,
      nominalAt: isoOrNull(run.trigger.nominalAt),
      run: run.trigger.runId,
      cause: run.trigger.cause ?? null,
    },
    input: run.input,
    summary: run.summary,
    report: run.report,
    parentTask: run.parentTaskRunId,
    createdAt: iso(run.createdAt),
    startedAt: isoOrNull(run.startedAt),
    finishedAt: isoOrNull(run.finishedAt),
    pausedAt: isoOrNull(run.pausedAt),
    counts: run.counts,
    tolerated: run.tolerated,
    notStarted: run.notStarted,
  };
}
