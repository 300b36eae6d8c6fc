/** `wait`: goes on after a while, or at a time. */
import { z } from "../sdk/index.ts";

export const server = { type: "wait" } as const;
export const short = "for";

export const input = z
  .strictObject({
    /** Such as `5m`. */
    for: z.union([z.number(), z.string()]).optional(),
    /** ISO 8601. */
    until: z.string().optional(),
  })
  .refine((given) => (given.for === undefined) !== (given.until === undefined), "expected either `for` or `until`");
