/** A saved record as the API shows it. */
import { z } from "@hono/zod-openapi";
import type { RecordVersion, SavedRecord } from "../../core/entities.ts";
import { iso } from "./time.ts";

export const RecordView = z
  .object({
    id: z.string(),
    collection: z.string(),
    key: z.string().nullable(),
    data: z.unknown(),
    run: z.string().openapi({ description: "The run that saved it last" }),
    task: z.string().openapi({ description: "Id of the task run that saved it last" }),
    firstRun: z.string(),
    firstTask: z.string(),
    createdAt: z.string(),
    updatedAt: z.string().openapi({ description: "When it was saved last, changed or not" }),
    changedAt: z.string(),
    version: z.int().openapi({ description: "Rises by one with every save that changes it" }),
  })
  .openapi("Record");
export type RecordView = z.infer<typeof RecordView>;

export function presentRecord(record: SavedRecord): RecordView {
  return {
    id: record.id,
    collection: record.collection,
    key: record.key,
    data: record.data,
    run: record.runId,
    task: record.taskRunId,
    firstRun: record.firstRunId,
    firstTask: record.firstTaskRunId,
    createdAt: iso(record.createdAt),
    updatedAt: iso(record.updatedAt),
    changedAt: iso(record.changedAt),
    version: record.version,
  };
}

export const RecordVersionView = z
  .object({ version: z.int(), data: z.unknown(), run: z.string(), task: z.string(), changedAt: z.string() })
  .openapi("RecordVersion");
export type RecordVersionView = z.infer<typeof RecordVersionView>;

export function presentVersion(version: RecordVersion): RecordVersionView {
  return {
    version: version.version,
    data: version.data,
    run: version.runId,
    task: version.taskRunId,
    changedAt: iso(version.changedAt),
  };
}
