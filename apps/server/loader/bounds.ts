/** How many may run at once or fail, and what one takes of its node or may take of it, as task files say it. */
import { z } from "zod";
import type { LoadLimits } from "../core/adaptive.ts";
import type { AttemptLimits } from "../core/attempt-limits.ts";
import { parseAmount } from "../core/condition-amount.ts";
import type { Concurrency } from "../core/definition.ts";
import { parseTemplate } from "../core/template.ts";
import { parseTolerance, TOLERANCE_EXPECTED, TOLERANCE_MEND, type Tolerance } from "../core/tolerance.ts";
import { known } from "./values.ts";

const CONCURRENCY_KEY = "expected a text that names only the input, such as ${input.host}";
const MOST = 100_000;
/** Where the load decides and nobody said how many there may be at most. */
const MOST_BY_LOAD = 64;

const atOnce = z.int().min(1).max(MOST);
const key = z.string().refine(namesOnlyInput, CONCURRENCY_KEY).optional();

const PERCENT = "expected a percentage below which more may start, such as < 80%";
const percent = z.union([z.string(), z.number()], PERCENT).transform((value, context) => {
  const match = /^\s*<?\s*(\d+(?:\.\d+)?)\s*%?\s*$/.exec(String(value));
  const number = Number(match?.[1]);
  if (number >= 1 && number <= 100) return number;
  context.addIssue({ code: "custom", message: `${PERCENT}, got ${JSON.stringify(value)}` });
  return z.NEVER;
});
const load = known({ cpu: percent.optional(), io: percent.optional(), memory: percent.optional() }).refine(
  (limits) => Object.values(limits).some((limit) => limit !== undefined),
  "expected at least one of cpu, io, memory",
);

const counted = known({ limit: atOnce, key });
const byLoad = known({ while: load, limit: atOnce.default(MOST_BY_LOAD), key });

/** For whole operations: the load of the machine is looked at for tasks. */
export const runConcurrency = z
  .union([atOnce, counted], "expected how many, or { limit, key }")
  .transform(toConcurrency);
export const concurrency = z
  .union([atOnce, counted, byLoad], "expected how many, { limit, key }, or { while: { cpu, io, memory }, limit, key }")
  .transform(toConcurrency);

const MEMORY = "expected a number of bytes, or an amount such as 500MB or 2GiB";
const memory = z.union([z.string(), z.number()], MEMORY).transform((value, context) => {
  const amount = parseAmount(value);
  if (amount !== null && amount.unit !== "percent" && amount.value > 0) return Math.ceil(amount.value);
  context.addIssue({ code: "custom", message: `${MEMORY}, got ${JSON.stringify(value)}` });
  return z.NEVER;
});

/** A system has 32,768 process ids unless somebody raised that. */
const MOST_PROCESSES = 32_768;
const PROCESSES = `expected how many processes, from 1 to ${MOST_PROCESSES}`;
const processes = z.int(PROCESSES).min(1, PROCESSES).max(MOST_PROCESSES, PROCESSES);

/** What scripts may take, beside the limits of their fan-out. */
export const scriptBounds = { memory: memory.optional() };
/** What commands may take. */
export const commandBounds = known({ ...scriptBounds, processes: processes.optional() }).transform(toAttemptLimits);

export function toAttemptLimits(given: {
  readonly memory?: number | undefined;
  readonly processes?: number | undefined;
}): AttemptLimits {
  return {
    ...(given.memory === undefined ? {} : { memory: given.memory }),
    ...(given.processes === undefined ? {} : { processes: given.processes }),
  };
}

/** A count, or a share. */
export const toleratedFailures = z
  .unknown()
  .transform((value, context): Tolerance => {
    const tolerance = parseTolerance(value);
    if (tolerance !== null) return tolerance;
    const got = typeof value === "number" ? String(value) : JSON.stringify(value);
    context.addIssue({
      ...{ code: "custom", message: `${TOLERANCE_EXPECTED}, got ${got}` },
      params: { mend: TOLERANCE_MEND },
    });
    return z.NEVER;
  })
  .optional();

export const resources = known({ cpu: z.number().positive().max(4096).optional(), memory: memory.optional() });

type Given = number | { readonly limit: number; readonly key?: string | undefined; readonly while?: object };

function toConcurrency(given: Given): Concurrency {
  if (typeof given === "number") return { limit: given };
  return {
    limit: given.limit,
    ...(given.key === undefined ? {} : { key: given.key }),
    ...(given.while === undefined ? {} : { while: given.while as LoadLimits }),
  };
}

function namesOnlyInput(text: string): boolean {
  try {
    return parseTemplate(text).every((part) => typeof part === "string" || part.path[0] === "input");
  } catch {
    return false;
  }
}
