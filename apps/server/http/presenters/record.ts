/** A saved record as the API shows it. */
import { z } from "@hono/zod-openapi";
import type { SavedRecord } from "../../core/entities.ts";
import { iso } from "./time.ts";

export const RecordView = z
  .object({
    id: z.string(),
    collection: z.string(),
    key: z.string().nullable(),
    data: z.record(z.string(), z.unknown()),
    run: z.string(),
    task: z.string().openapi({ description: "Id of the task run" }),
    createdAt: z.string(),
    updatedAt: z.string(),
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
    createdAt: iso(record.createdAt),
    updatedAt: iso(record.updatedAt),
  };
}
