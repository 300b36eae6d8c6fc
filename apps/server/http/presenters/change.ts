/** A run's diff as the API shows it. */
import { z } from "@hono/zod-openapi";
import { CHANGE_KINDS, type Change, type Diff, SIGHTED } from "../../core/recrawl.ts";
import { iso } from "./time.ts";

const Counts = z.object({ new: z.int(), changed: z.int(), gone: z.int(), unchanged: z.int() });

export const DiffView = z
  .object({
    pages: Counts,
    files: Counts,
    complete: z.boolean().openapi({
      description: "The whole crawl ended well and no page of it failed, so that what it did not meet is gone",
    }),
  })
  .openapi("Diff");
export type DiffView = z.infer<typeof DiffView>;

export const ChangeView = z
  .object({
    kind: z.enum(CHANGE_KINDS),
    what: z.enum(SIGHTED),
    url: z.string(),
    sha256: z.string().nullable().openapi({ description: "Now; null: gone" }),
    before: z.string().nullable().openapi({ description: "In the run before; null: new" }),
    task: z.string().nullable().openapi({ description: "Id of the task run that found it; null: nothing led there" }),
    time: z.string(),
  })
  .openapi("Change");
export type ChangeView = z.infer<typeof ChangeView>;

export function presentDiff({ pages, files, complete }: Diff): DiffView {
  return { pages, files, complete };
}

export function presentChange({ kind, what, url, sha256, before, taskRunId, time }: Change): ChangeView {
  return { kind, what, url, sha256, before, task: taskRunId, time: iso(time) };
}
