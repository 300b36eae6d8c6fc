/** Which tier served the pages of a run, as the API shows it. */
import { z } from "@hono/zod-openapi";
import { TIER_REASONS } from "../../core/execution.ts";

export const ServedView = z
  .object({
    pattern: z
      .string()
      .openapi({ description: "Host and path, numbers and names left out: `example.com/docs/*.html`" }),
    tier: z.enum(["http", "browser"]),
    why: z.enum(TIER_REASONS),
    pages: z.int(),
  })
  .openapi("ServedPages");
