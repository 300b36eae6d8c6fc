/** An entry of the schedule as the API shows it. */
import { z } from "@hono/zod-openapi";
import type { ScheduleEntry } from "../../core/entities.ts";
import { iso, isoOrNull } from "./time.ts";

export const ScheduleView = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: z.enum(["cron", "every", "after"]),
    trigger: z.record(z.string(), z.unknown()),
    paused: z.boolean(),
    nextAt: z.string().nullable(),
    lastAt: z.string().nullable(),
    lastRun: z.string().nullable(),
    lateness: z.number().nullable().openapi({ description: "How late the last run was created, in milliseconds" }),
    createdAt: z.string(),
  })
  .openapi("ScheduleEntry");
export type ScheduleView = z.infer<typeof ScheduleView>;

export function presentSchedule(entry: ScheduleEntry): ScheduleView {
  return {
    id: entry.id,
    name: entry.name,
    kind: entry.kind,
    trigger: entry.trigger,
    paused: entry.paused,
    nextAt: isoOrNull(entry.nextAt),
    lastAt: isoOrNull(entry.lastAt),
    lastRun: entry.lastRunId,
    lateness: entry.lateness,
    createdAt: iso(entry.createdAt),
  };
}
