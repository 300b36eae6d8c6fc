/** A stored file as the API shows it. */
import { z } from "@hono/zod-openapi";
import type { StoredFile } from "../../core/entities.ts";
import { FILE_ROLES } from "../../core/execution.ts";
import { iso } from "./time.ts";

export const FileView = z
  .object({
    id: z.string(),
    run: z.string(),
    task: z.string().openapi({ description: "Id of the task run" }),
    attempt: z.int(),
    role: z.enum(FILE_ROLES),
    name: z.string(),
    originalName: z
      .string()
      .nullable()
      .openapi({ description: "What it was called where it came from, if that is another name" }),
    sha256: z.string(),
    size: z.int(),
    type: z.string(),
    url: z.string().nullable().openapi({ description: "Where it was downloaded from" }),
    href: z.string().openapi({ description: "Its bytes, on this server" }),
    createdAt: z.string(),
  })
  .openapi("File");
export type FileView = z.infer<typeof FileView>;

export function presentFile(file: StoredFile): FileView {
  return {
    id: file.id,
    run: file.runId,
    task: file.taskRunId,
    attempt: file.attempt,
    role: file.role,
    name: file.name,
    originalName: file.originalName,
    sha256: file.sha256,
    size: file.size,
    type: file.type,
    url: file.url,
    href: `/api/files/${file.id}`,
    createdAt: iso(file.createdAt),
  };
}
