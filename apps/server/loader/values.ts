/** Building blocks of the schemas that task files are checked with. */
import { z } from "zod";
import { parseAmount } from "../core/condition-amount.ts";
import { parseDuration } from "../core/duration.ts";

const DURATION_EXPECTED = "expected milliseconds or a duration such as 500ms, 12s, 30m, 1h30m, 2d";

/** Milliseconds, read from a number or a text such as `1h30m`. */
export const duration = z.union([z.number(), z.string()], DURATION_EXPECTED).transform((value, context) => {
  const ms = parseDuration(value);
  if (ms !== null) return ms;
  context.addIssue({ code: "custom", message: `${DURATION_EXPECTED}, got ${JSON.stringify(value)}` });
  return z.NEVER;
});

const SIZE_EXPECTED = "expected a number of bytes or a size such as 500MB, 2GB";

/** Bytes, read from a number or a text such as `2GB`. */
export const size = z.union([z.number(), z.string()], SIZE_EXPECTED).transform((value, context) => {
  const amount = parseAmount(value);
  if (amount !== null && amount.unit !== "percent" && amount.value >= 0) return Math.round(amount.value);
  context.addIssue({ code: "custom", message: `${SIZE_EXPECTED}, got ${JSON.stringify(value)}` });
  return z.NEVER;
});

export const jsonObject = z.record(z.string(), z.json(), "expected an object of JSON values");

/** An object that refuses keys it does not know, and lists those it knows. */
export function known<S extends z.core.$ZodLooseShape>(shape: S): z.ZodObject<S, z.core.$strict> {
  const keys = Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? `Known keys here: ${keys}.` : undefined),
  });
}
