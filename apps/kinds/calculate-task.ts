/** `calculate`: what an expression over inputs, earlier outputs and state comes to. */
import { z } from "../sdk/index.ts";

export const server = { type: "calculate" } as const;
export const short = "expression";

export const input = z.strictObject({
  /** In the language of conditions, such as `round(input.width * input.height / 100, 2)`. */
  expression: z.string().min(1),
  /** A key of the global state that is set to the result. */
  state: z.string().min(1).optional(),
});
