/** An entry of the schedule as the API shows it. */
import { z } from "@hono/zod-openapi";
import { type Look, SCHEDULE_KINDS, type ScheduleEntry } from "../../core/entities.ts";
import { iso, isoOrNull } from "./time.ts";

export const ScheduleView = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: z.enum(SCHEDULE_KINDS),
    trigger: z.record(z.string(), z.unknown()),
    paused: z.boolean(),
    nextAt: z
      .string()
      .nullable()
      .openapi({ description: "When it is due: the next start, or the next look at a condition" }),
    nominalAt: z.string().nullable().openapi({ description: "The time that the next start is for" }),
    lastAt: z.string().nullable(),
    lastRun: z.string().nullable(),
    lateness: z.number().nullable().openapi({ description: "How late the last run was created, in milliseconds" }),
    look: z
      .object({
        at: z.string(),
        fired: z.boolean(),
        reason: z.string(),
        value: z
          .unknown()
          .openapi({ description: "What a condition's look found; left out when it could not be told" }),
        lastFiredAt: z.string().nullable(),
      })
      .nullable()
      .openapi({ description: "What was last decided about it, and why" }),
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
    nominalAt: isoOrNull(entry.nominalAt),
    lastAt: isoOrNull(entry.lastAt),
    lastRun: entry.lastRunId,
    lateness: entry.lateness,
    look: entry.look && presentLook(entry.look),
    createdAt: iso(entry.createdAt),
  };
}

function presentLook({ at, fired, reason, value, memory }: Look): NonNullable<ScheduleView["look"]> {
  return { at: iso(at), fired, reason, value, lastFiredAt: isoOrNull(memory?.firedAt ?? null) };
}
