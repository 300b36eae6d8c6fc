/** A line of a run's log as the API shows it. */
import { z } from "@hono/zod-openapi";
import type { LogEntry } from "../../core/entities.ts";
import { iso } from "./time.ts";

export const LogView = z
  .object({
    seq: z.int(),
    run: z.string(),
    task: z.string().nullable().openapi({ description: "Id of the task run" }),
    attempt: z.int().nullable(),
    time: z.string(),
    stream: z.enum(["stdout", "stderr", "log", "system"]),
    level: z.enum(["debug", "info", "warn", "error"]),
    text: z.string(),
  })
  .openapi("LogEntry");
export type LogView = z.infer<typeof LogView>;

export function presentLog(entry: LogEntry): LogView {
  return {
    seq: entry.seq,
    run: entry.runId,
    task: entry.taskRunId,
    attempt: entry.attempt,
    time: iso(entry.time),
    stream: entry.stream,
    level: entry.level,
    text: entry.text,
  };
}
