/** `start`: starts another task or operation, and does not wait for it. */
import { z } from "../sdk/index.ts";

export const server = { type: "start" } as const;
export const short = "operation";

export const input = z.strictObject({
  operation: z.string().min(1),
  input: z.record(z.string(), z.json()).default({}),
});
