/** What may stand in a task file, by kind, whether it is written in TypeScript or YAML. */
import { z } from "zod";
import type { AttemptLimits } from "../core/attempt-limits.ts";
import {
  type Concurrency,
  DEFAULT_LIMITS,
  DEFAULT_TIMEOUT,
  type FanOutLimits,
  NO_RETRY,
  type RetryRule,
} from "../core/definition.ts";
import { canonicalHost } from "../core/egress.ts";
import { PROXY_EXPECTED, parseProxy } from "../core/proxy.ts";
import { SESSION_NAME } from "../core/saved-session.ts";
import type { Tolerance } from "../core/tolerance.ts";
import {
  commandBounds,
  concurrency,
  resources,
  runConcurrency,
  scriptBounds,
  toAttemptLimits,
  toleratedFailures,
} from "./bounds.ts";
import { duration, jsonObject, known, size } from "./values.ts";

const TASK_NAME = /^[\p{L}\p{N}_-]+$/u;

const retry = known({
  attempts: z.int().min(1).max(1000),
  delay: duration.default(NO_RETRY.delay),
  backoff: z.enum(["fixed", "exponential"]).default(NO_RETRY.backoff),
  maxDelay: duration.default(NO_RETRY.maxDelay),
});

const timeout = duration.refine((ms) => ms > 0, "expected more than 0");
/** Numbers and truth values are taken as their text, as YAML authors expect of an environment. */
const env = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String));
const command = z.string("expected a command line").trim().min(1, "expected a command line, got nothing");
const run = z.custom<(...args: never[]) => unknown>((value) => typeof value === "function", "expected a function");

const common = {
  description: z.string().default(""),
  input: z.unknown().optional(),
  triggers: z.array(z.unknown()).default([]),
  retry: retry.default(NO_RETRY),
  timeout: timeout.default(DEFAULT_TIMEOUT),
  env: env.default({}),
  concurrency: concurrency.optional(),
  resources: resources.optional(),
};

const limit = z.int().min(0);
const limits = known({
  depth: limit.default(DEFAULT_LIMITS.depth),
  subtasks: limit.default(DEFAULT_LIMITS.subtasks),
  bytes: size.default(DEFAULT_LIMITS.bytes),
  time: duration.default(DEFAULT_LIMITS.time),
  perTemplate: limit.optional(),
  perHost: limit.optional(),
  ...scriptBounds,
})
  .transform(({ perTemplate, perHost, memory, ...always }): Limits => {
    const fanOut = {
      ...always,
      ...(perTemplate === undefined ? {} : { perTemplate }),
      ...(perHost === undefined ? {} : { perHost }),
    };
    return { fanOut, attempt: toAttemptLimits({ memory }) };
  })
  .default({ fanOut: DEFAULT_LIMITS, attempt: {} });
const commandLimits = commandBounds
  .transform((attempt): Limits => ({ fanOut: DEFAULT_LIMITS, attempt }))
  .default({ fanOut: DEFAULT_LIMITS, attempt: {} });

const shell = known({ ...common, limits: commandLimits, command });
const yamlShell = known({ ...common, limits: commandLimits, shell: command });
const code = known({ ...common, limits, toleratedFailures, run });
const proxy = z.string().refine((text) => parseProxy(text) !== null, PROXY_EXPECTED);
const browser = known({
  ...common,
  limits,
  toleratedFailures,
  run,
  plugins: z
    .array(z.union([z.string(), z.custom<object>((value) => typeof value === "object" && value !== null)]))
    .optional(),
  render: z.enum(["auto", "never", "always"]).default("auto"),
  order: z.enum(["breadth", "depth"]).optional(),
  traps: z.enum(["stop", "ignore"]).optional(),
  proxy: z
    .union(
      [proxy, z.array(proxy).min(1), known({ secretEnv: z.string().min(1) })],
      `${PROXY_EXPECTED}, a list of them, or { secretEnv }`,
    )
    .optional(),
  session: z
    .string()
    .regex(SESSION_NAME, "expected a name of letters, digits, _, - and ., at most 64 characters long")
    .optional(),
  robots: z.enum(["obey", "ignore"]).default("obey"),
  block: z.enum(["assets", "none"]).default("assets"),
  allowHosts: z
    .array(
      z
        .string()
        .refine(
          (text) => canonicalHost(text) !== null,
          "expected a host such as intranet, intranet:8080 or intranet:*",
        ),
    )
    .default([]),
  mirror: z.boolean().default(false),
  record: z.boolean().default(false),
  recrawl: z
    .union([z.boolean(), known({ ignore: z.string().min(1).optional() })], "expected true, or { ignore }")
    .default(false),
  perHost: known({ concurrency: z.int().min(1).max(1000).optional(), delay: duration.optional() }).optional(),
});
const operation = known({
  description: common.description,
  input: common.input,
  triggers: common.triggers,
  flow: z.string().optional(),
  timeout: timeout.optional(),
  onSuccess: z.unknown().optional(),
  onFailure: z.unknown().optional(),
  onFinish: z.unknown().optional(),
  concurrency: runConcurrency.optional(),
  tasks: z.record(z.string().regex(TASK_NAME, "names hold letters, digits, _ and -"), z.unknown()),
});

/** What every task of an operation may say, also one that stands in for another or follows the others. */
const inOperation = {
  with: jsonObject.default({}),
  if: z.string().optional(),
  concurrency: concurrency.optional(),
  resources: resources.optional(),
  limits: commandBounds.optional(),
  retry: retry.optional(),
  timeout: timeout.optional(),
};
const inFlow = {
  ...inOperation,
  needs: z.array(z.string()).default([]),
  each: z.string().optional(),
  failFast: z.boolean().optional(),
  toleratedFailures,
  fallback: z.unknown().optional(),
};

/** Schemas of whole files. `yamlShell` writes the command as `shell`, as tasks inside an operation do. */
export const fileSchemas = { shell, yamlShell, code, browser, operation };

/** Schemas of one task inside an operation. */
export const useSchemas = {
  use: known({ use: z.string().min(1), ...inFlow }),
  shell: known({ shell: command, ...inFlow, env: env.default({}) }),
};

/** What may stand beside the key of a ready-made task, whose own options are its input. */
export function readySchema(kind: string, flow: boolean): z.ZodType<ReadyOptions> {
  const { with: _with, ...around } = flow ? inFlow : inOperation;
  return known({ [kind]: z.unknown(), ...around }) as unknown as z.ZodType<ReadyOptions>;
}

/** Schemas of fallbacks and hooks: others do not wait for them, nor they for others. */
export const followerSchemas = {
  use: known({ use: z.string().min(1), ...inOperation }),
  shell: known({ shell: command, ...inOperation, env: env.default({}) }),
};

export type UseOptions = z.output<typeof followerSchemas.use> & Partial<z.output<typeof useSchemas.use>>;
export type InlineOptions = z.output<typeof followerSchemas.shell> & Partial<z.output<typeof useSchemas.shell>>;

/** Beside its own options, which stand under its name. */
export type ReadyOptions = Omit<InlineOptions, "shell" | "env" | "with">;

/** How a task file wants its attempts made. */
export interface ExecutionOptions {
  readonly retry: RetryRule;
  readonly timeout: number;
  readonly env: Readonly<Record<string, string>>;
  readonly concurrency?: Concurrency | undefined;
  readonly resources?: { readonly cpu?: number | undefined; readonly memory?: number | undefined } | undefined;
  readonly limits: Limits;
  /** Of scripts: commands spawn nothing. */
  readonly toleratedFailures?: Tolerance | undefined;
}

export interface Limits {
  /** Of scripts: commands spawn nothing. */
  readonly fanOut: FanOutLimits;
  readonly attempt: AttemptLimits;
}
