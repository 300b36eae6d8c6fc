/** `approval`: waits until a person has said yes or no, through the web pages, the CLI or the API. */
import { z } from "../sdk/index.ts";

export const server = { type: "approval" } as const;
export const short = "message";

export const input = z.strictObject({
  /** What is asked. */
  message: z.string().min(1),
  /** What is to be filled in, as JSON Schema properties; the answers are part of the output. */
  ask: z.record(z.string(), z.json()).optional(),
});
