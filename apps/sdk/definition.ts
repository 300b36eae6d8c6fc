/** Definitions of tasks and operations: what the functions `shell`, `browser`, `code` and `operation` return. */
import type { ZodType, z } from "zod";
import type { BrowserContext, CodeContext } from "./context.ts";
import type { TriggerSpec } from "./triggers.ts";

export type TaskKind = "shell" | "browser" | "code";

/** Milliseconds, or text such as `500ms`, `12s`, `30m`, `1h30m`, `2d`. */
export type Duration = number | string;

export interface RetryOptions {
  /** Tries in all, the first included; default 1. */
  readonly attempts: number;
  /** Wait before the second try; default 1 s. */
  readonly delay?: Duration;
  /** How the wait grows; default `exponential` (doubling). */
  readonly backoff?: "fixed" | "exponential";
  /** The longest wait; default 5 minutes. */
  readonly maxDelay?: Duration;
}

/**
 * Where fan-out stops, counted below each of the operation's own tasks, over all levels and whichever tasks it goes through. What is
 * beyond is not started, and the run says how much that was and why.
 */
export interface LimitOptions {
  /** How many spawns deep; default 100. */
  readonly depth?: number;
  /** How many subtasks; default 100,000. */
  readonly subtasks?: number;
  /** Bytes received, as a number or text such as `2GB`: pages unpacked, and files; default 100 GB. */
  readonly bytes?: number | string;
  /** From the start of the operation's own task; default 7 days. */
  readonly time?: Duration;
  /** Subtasks whose addresses differ only in digits, ids, dates and values of the query; default: no limit of its own. */
  readonly perTemplate?: number;
  /** Subtasks whose addresses have the same host; default: no limit of its own. */
  readonly perHost?: number;
  /**
   * How much memory an attempt may take before it is ended, in bytes or as a text such as `200MB`: what the process that executes it
   * grows by. With it, an attempt has that process to itself.
   */
  readonly memory?: number | string;
}

/** What a command may take, with everything that it starts; one that takes more is ended. */
export interface CommandLimitOptions {
  /** Bytes, or text such as `200MB`; default: no limit. */
  readonly memory?: number | string;
  /** How many at once; default 1,024. */
  readonly processes?: number;
}

/** What counts as a change between two runs. */
export interface RecrawlOptions {
  /** CSS selector of what may differ from visit to visit, such as `.clock, input[name=token]`. */
  readonly ignore?: string;
}

/** How gently each host is asked, by all attempts of one task together. */
export interface PerHostOptions {
  /** Requests at a time; default 8. */
  readonly concurrency?: number;
  /** Between the starts of two requests; default none. A longer Crawl-delay of the host's robots.txt wins. */
  readonly delay?: Duration;
}

/**
 * How many of the subtasks below a task may fail without it: a number of them, or a share such as `"5%"`, with two decimals at most.
 * Counted over all levels, as limits are. Default 0: one that fails is enough.
 */
export type ToleratedFailures = number | `${number}%`;

interface CommonOptions {
  readonly description?: string;
  readonly triggers?: readonly TriggerSpec[];
  readonly retry?: RetryOptions;
  /** How long one attempt may take; default 1 hour. */
  readonly timeout?: Duration;
  /** Environment variables for the task's process, beside the few it gets by default. */
  readonly env?: Readonly<Record<string, string>>;
  /** How many of it run at once, on its own, in operations and as subtasks; the others wait. */
  readonly concurrency?: ConcurrencyOption;
  /** It waits until its node has that much left. */
  readonly resources?: ResourceOption;
}

/**
 * How many at once; with `key`, such as `"${input.host}"`, counted apart for every value. With `while` as many as keep the load of
 * the machine below those percentages, such as `{ io: "< 80%" }`, and at most `limit` (64).
 */
export type ConcurrencyOption =
  | number
  | { readonly limit: number; readonly key?: string }
  | { readonly while: LoadOption; readonly limit?: number; readonly key?: string };

/** In percent. `io` is that of the busiest disk (Linux). */
export interface LoadOption {
  readonly cpu?: number | string;
  readonly io?: number | string;
  readonly memory?: number | string;
}

/** What a task takes of its node while it runs: processors, and bytes or text such as `2GB`. */
export interface ResourceOption {
  readonly cpu?: number;
  readonly memory?: number | string;
}

export interface ShellOptions<S extends ZodType = ZodType> extends CommonOptions {
  /** The command line, given to `sh -c`. Inputs reach it as environment variables only. */
  readonly command: string;
  readonly input?: S;
  readonly limits?: CommandLimitOptions;
}

export interface CodeOptions<S extends ZodType = ZodType> extends CommonOptions {
  readonly input?: S;
  readonly limits?: LimitOptions;
  readonly toleratedFailures?: ToleratedFailures;
  run(context: CodeContext<z.output<S>>): unknown;
}

export interface BrowserOptions<S extends ZodType = ZodType> extends CommonOptions {
  readonly input?: S;
  /** puppeteer-extra plugins for this task's Chromium, as instances or package names. */
  readonly plugins?: readonly (string | object)[];
  /** `auto` (default): HTTP first, Chromium when the page needs it. */
  readonly render?: "auto" | "never" | "always";
  /** Whether robots.txt decides what is visited and downloaded; default `obey`. */
  readonly robots?: "obey" | "ignore";
  readonly perHost?: PerHostOptions;
  /** Which of the subtasks that wait is taken up first: the one spawned first (`breadth`, default), or the one farthest from the start. */
  readonly order?: "breadth" | "depth";
  /** What becomes of spawned addresses that look like a trap, such as a calendar without end; `stop` (default): they are not started. */
  readonly traps?: "stop" | "ignore";
  /** What visits in Chromium leave out: pictures, media, fonts and trackers (`assets`, default), or nothing. */
  readonly block?: "assets" | "none";
  /** Hosts outside the public internet that pages may lead to, such as `intranet`, `intranet:8080` or `intranet:*`; those of the input's addresses need not be named. */
  readonly allowHosts?: readonly string[];
  /** True: pages and files are kept as they were received, with all that pages need, to be browsed offline. */
  readonly mirror?: boolean;
  /** True: what the script does on its `page` is kept as `recording.json`, a flow of Chrome's Recorder. */
  readonly record?: boolean;
  /** True: what did not change since the run before is neither sent nor stored again, and the run tells what did. */
  readonly recrawl?: boolean | RecrawlOptions;
  /**
   * What this task's connections go through, in both tiers: `http://user:password@host:3128`, `https://…` or `socks5://…`, or the name of
   * the server's environment variable that holds it. Of several, each attempt takes the next.
   */
  readonly proxy?: string | readonly string[] | { readonly secretEnv: string };
  /** Keeps cookies, local storage and IndexedDB under this name, from one attempt that succeeds to the next, of any task that names it. */
  readonly session?: string;
  readonly limits?: LimitOptions;
  readonly toleratedFailures?: ToleratedFailures;
  run(context: BrowserContext<z.output<S>>): unknown;
}

interface InOperationOptions {
  /** Its input. `"${pull.output.path}"` in a text is filled in with what an earlier task put out. */
  readonly with?: Readonly<Record<string, unknown>>;
  /** A condition such as `count.output.n > 3`; when it does not hold, the task is skipped and what needs it goes on. */
  readonly if?: string;
  /** How many of it run at once, over all runs; in place of what the used task says. */
  readonly concurrency?: ConcurrencyOption;
  readonly resources?: ResourceOption;
  /** What one attempt may take; over what the used task says. */
  readonly limits?: CommandLimitOptions;
  readonly retry?: RetryOptions;
  readonly timeout?: Duration;
}

interface InFlowOptions extends InOperationOptions {
  readonly needs?: readonly string[];
  /** A list, such as `"${list.output.items}"`: one subtask per item, which `with` may name as `${item}`. */
  readonly each?: string;
  /** With `each`: once one item has failed, those that have not begun are skipped. Default: every item runs. */
  readonly failFast?: boolean;
  /** With `each`, or a task that spawns: in place of what the used task says. With `failFast`, what comes after that many is skipped. */
  readonly toleratedFailures?: ToleratedFailures;
  /** What runs when this task failed for good: a task by name, or one of its own. */
  readonly fallback?: string | Follower;
}

interface Used {
  readonly use: string;
}

interface InlineShell {
  readonly shell: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A file of `apps/kinds` each. */
export type ReadyMadeKind =
  | "approval"
  | "calculate"
  | "collect"
  | "copy-file"
  | "http"
  | "list-files"
  | "match-lines"
  | "pages"
  | "read-file"
  | "save"
  | "start"
  | "state"
  | "template"
  | "wait"
  | "write-file";

type ReadyMade = { readonly [Kind in ReadyMadeKind]?: unknown };

/** One task inside an operation: another task by name, with input. */
export type UseOptions = Used & InFlowOptions;
/** One task inside an operation: a shell command of its own. */
export type InlineShellOptions = InlineShell & InFlowOptions;
/** One task inside an operation: a ready-made one, with its options under its name. */
export type ReadyMadeOptions = Omit<InFlowOptions, "with"> & ReadyMade;
export type TaskUse = UseOptions | InlineShellOptions | ReadyMadeOptions;
/** A task that others do not wait for: a fallback or a hook. */
export type Follower = ((Used | InlineShell) & InOperationOptions) | (Omit<InOperationOptions, "with"> & ReadyMade);
export type Followers = string | Follower | readonly (string | Follower)[];

export interface OperationOptions<S extends ZodType = ZodType> {
  readonly description?: string;
  readonly input?: S;
  readonly triggers?: readonly TriggerSpec[];
  /** `a; (b || c); d`. Left out: every task starts at once, save for its `needs`. */
  readonly flow?: string;
  /** How long a whole run may take. */
  readonly timeout?: Duration;
  /** How many of its runs go on at once; the others wait. */
  readonly concurrency?: ConcurrencyOption;
  /** Tasks that run once all others have ended, and what they ended as. */
  readonly onSuccess?: Followers;
  readonly onFailure?: Followers;
  readonly onFinish?: Followers;
  readonly tasks: Readonly<Record<string, TaskUse>>;
}

const DEFINITION = Symbol.for("ultravisor.definition");

interface Marked {
  readonly [DEFINITION]: true;
}

export type ShellDefinition = Marked & ShellOptions & { readonly kind: "shell" };
export type CodeDefinition = Marked & CodeOptions & { readonly kind: "code" };
export type BrowserDefinition = Marked & BrowserOptions & { readonly kind: "browser" };
export type TaskDefinition = ShellDefinition | CodeDefinition | BrowserDefinition;
export type OperationDefinition = Marked & OperationOptions & { readonly kind: "operation" };
export type Definition = TaskDefinition | OperationDefinition;

/** A task that runs a command line in its staging folder. */
export function shell<S extends ZodType>(options: ShellOptions<S>): ShellDefinition {
  return mark("shell", options) as ShellDefinition;
}

/** A task that runs a function in a process of its own. */
export function code<S extends ZodType>(options: CodeOptions<S>): CodeDefinition {
  return mark("code", options) as unknown as CodeDefinition;
}

/** A task that visits pages: over HTTP where that is enough, in Chromium where it is not. */
export function browser<S extends ZodType>(options: BrowserOptions<S>): BrowserDefinition {
  return mark("browser", options) as unknown as BrowserDefinition;
}

/** A named set of tasks in sequence and in parallel. */
export function operation<S extends ZodType>(options: OperationOptions<S>): OperationDefinition {
  return mark("operation", options) as OperationDefinition;
}

/** Whether a task file's default export came from one of the four functions above. */
export function isDefinition(value: unknown): value is Definition {
  return typeof value === "object" && value !== null && DEFINITION in value;
}

function mark<K extends string, O extends object>(kind: K, options: O): O & Marked & { kind: K } {
  return { ...options, kind, [DEFINITION]: true };
}
