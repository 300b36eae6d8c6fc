/** A task or operation as the loader hands it to the rest: plain JSON, checked, without its code. */
import type { LoadLimits } from "./adaptive.ts";
import type { AttemptLimits } from "./attempt-limits.ts";
import type { ServerTask } from "./awaiting.ts";
import type { JsonObject } from "./json.ts";
import type { Hook } from "./operation.ts";
import type { Tolerance } from "./tolerance.ts";
import type { Kind } from "./words.ts";

export interface RetryRule {
  readonly attempts: number;
  /** Milliseconds. */
  readonly delay: number;
  readonly backoff: "fixed" | "exponential";
  /** Milliseconds. */
  readonly maxDelay: number;
}

export const NO_RETRY: RetryRule = { attempts: 1, delay: 1000, backoff: "exponential", maxDelay: 300_000 };
export const DEFAULT_TIMEOUT = 3_600_000;
/** As milliseconds of a timeout: none. */
export const NO_TIMEOUT = 0;

/** Where the fan-out below a task of an operation stops, so that a task that spawns itself ends. */
export interface FanOutLimits {
  readonly depth: number;
  readonly subtasks: number;
  /** Bytes that all of it may receive, and milliseconds that it may take; left out: `DEFAULT_LIMITS`. */
  readonly bytes?: number;
  readonly time?: number;
  /** Subtasks whose address has the same template, or the same host; left out: as many as there may be in all. */
  readonly perTemplate?: number;
  readonly perHost?: number;
}
export const DEFAULT_LIMITS = {
  depth: 100,
  subtasks: 100_000,
  bytes: 100_000_000_000,
  time: 7 * 86_400_000,
} as const satisfies FanOutLimits;

/** How many may run at once. */
export interface Concurrency {
  readonly limit: number;
  /** Template of the input: counted apart for every value. */
  readonly key?: string;
  /** As many as keep the load of the machine below these; then `limit` is the most. */
  readonly while?: LoadLimits;
}

/** What a task takes of its node while it runs; one that finds less left waits. */
export interface Resources {
  /** Processors. */
  readonly cpu?: number;
  /** Bytes. */
  readonly memory?: number;
}

/** How one task is executed. */
export interface TaskSpec {
  readonly kind: Kind;
  /** Name of the task file that holds the code; for a shell command written inside an operation, the operation's. */
  readonly source: string;
  /** Absolute path of that file. */
  readonly file: string;
  /** sha256 of that file's content: an edited file gets a fresh runner. */
  readonly hash: string;
  /** Shell tasks: the command line. */
  readonly command?: string;
  readonly retry: RetryRule;
  /** Milliseconds; what waits without a worker has no limit unless its file says so (`NO_TIMEOUT`). */
  readonly timeout: number;
  readonly limits: FanOutLimits;
  /** How many of the subtasks below it may fail; left out: none. Only that of the task counts which a fan-out begins with. */
  readonly tolerates?: Tolerance;
  readonly attemptLimits?: AttemptLimits;
  /** Done by the server itself, in place of an executor. */
  readonly server?: ServerTask;
  /** Task runs of the same `of` count together. */
  readonly concurrency?: Concurrency & { readonly of: string };
  readonly resources?: Resources;
  readonly env: Readonly<Record<string, string>>;
  readonly render?: "auto" | "never" | "always";
  /** Which of the subtasks that wait is taken up first; left out: the one that was spawned first. */
  readonly order?: "breadth" | "depth";
  /** What becomes of subtasks whose address looks like a trap; left out: they are not started. */
  readonly traps?: "stop" | "ignore";
  /** Browser tasks: the variable of the server's environment that holds its proxy. */
  readonly proxyEnv?: string;
  /** In place of what the file does: the functions of its conditions. */
  readonly checks?: boolean;
  /** Browser tasks: under which name cookies and storage are kept from one attempt to the next. */
  readonly session?: string;
  /** Browser tasks: hosts that the input of the operation's own task names, for its subtasks too: pages may lead there. */
  readonly hosts?: readonly string[];
  /** Names that `run` destructures; what is not named is not made. Null: cannot be told, so everything is. */
  readonly fixtures: readonly string[] | null;
}

/** One task inside an operation, with what must succeed before it. */
export interface PlannedTask {
  readonly name: string;
  /** The definition it uses; null for a command of its own. */
  readonly use: string | null;
  readonly needs: readonly string[];
  readonly with: JsonObject;
  readonly spec: TaskSpec;
  /** Condition: skipped unless it holds. */
  readonly if?: string;
  /** Template of a list: one subtask per item. */
  readonly each?: string;
  /** Once one of these has failed, those that have not begun are skipped. */
  readonly failFast?: true;
  /** Expression whose result is its output. */
  readonly calculate?: string;
  /** The task that it stands in for when that one failed for good. */
  readonly fallbackFor?: string;
  /** Starts when all tasks that are no hooks have ended so. */
  readonly hook?: Hook;
}

/** What becomes of times that were missed while the server was away. */
export type CatchUp = "none" | "last" | { readonly all: true; readonly max: number };
export const OVERLAPS = ["skip", "queue", "parallel", "replace"] as const;
/** What becomes of a start while the run before it still goes on. */
export type Overlap = (typeof OVERLAPS)[number];

interface TimedOptions {
  /** Default `last`. */
  readonly catchUp?: CatchUp;
  /** Default `skip`. */
  readonly overlap?: Overlap;
  /** Each start is put off by up to this many milliseconds, always the same for the same time. */
  readonly jitter?: number;
  /** The entry begins paused. */
  readonly paused?: true;
  /** ISO 8601: no times before, and none after. */
  readonly start?: string;
  readonly end?: string;
  readonly input?: JsonObject;
}

/** Trigger in YAML form, checked: durations in ms, `on` filled in. */
export type TriggerSpec =
  | (TimedOptions & { readonly cron: string; readonly timezone?: string })
  /** Aligned (default): counted from a fixed point in time; else from when the entry began. */
  | (TimedOptions & { readonly every: number; readonly aligned?: false })
  /** The condition stays in the form in which it was written; `parseCondition` reads it. */
  | { readonly when: JsonObject; readonly overlap?: Overlap; readonly paused?: true; readonly input?: JsonObject }
  /** `secretEnv` names the environment variable with the secret; `tolerance`: how old a message may be, in ms. */
  | { readonly webhook: string; readonly secretEnv: string; readonly tolerance: number; readonly input?: JsonObject }
  | { readonly after: string; readonly on: "success" | "failure" | "any"; readonly input?: JsonObject };

/** An operation, or a task as an operation of one. */
export interface Definition {
  /** Path below the tasks folder without extension, such as `shop/prices`. */
  readonly name: string;
  readonly kind: Kind | "operation";
  readonly description: string;
  /** Path below the tasks folder, with extension. */
  readonly path: string;
  readonly hash: string;
  /** Absolute path. */
  readonly file?: string;
  /** JSON Schema of the input; null: anything goes. */
  readonly input: JsonObject | null;
  readonly triggers: readonly TriggerSpec[];
  /** Normal form of the flow expression, for display; empty for a single task. */
  readonly flow: string;
  readonly tasks: readonly PlannedTask[];
  /** Operations: milliseconds from the start of the first task to the end of the last. */
  readonly timeout?: number;
  /** Operations: how many of its runs go on at once. */
  readonly concurrency?: Concurrency;
  /** Recorded flows: what the file holds. */
  readonly recording?: JsonObject;
}

/** A collection of the data store that a task file declares. */
export interface DeclaredCollection {
  readonly name: string;
  /** JSON Schema of its records. */
  readonly schema: JsonObject;
}

/** One thing wrong with a task file. */
export interface TaskFileProblem {
  /** Path below the tasks folder. */
  readonly path: string;
  readonly line: number | null;
  readonly column: number | null;
  /** What was expected and what came. */
  readonly message: string;
  readonly mend: string;
}
