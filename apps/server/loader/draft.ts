/** One task file, checked on its own: everything but what depends on other files. */
import type { Concurrency, TriggerSpec } from "../core/definition.ts";
import type { JsonObject } from "../core/json.ts";
import { hasTemplates } from "../core/template.ts";
import type { Kind } from "../core/words.ts";
import { type Fault, toFaults, toFields } from "./fault.ts";
import { fixturesOf } from "./fixtures.ts";
import type { InputSchema } from "./input.ts";
import { kindsIn } from "./kinds.ts";
import { type ExecutionOptions, fileSchemas } from "./options.ts";
import { checkTriggers } from "./triggers.ts";
import { checkUses, type OperationTask } from "./uses.ts";

interface CommonDraft {
  readonly description: string;
  readonly input: InputSchema | null;
  /** By their place in the file's list. */
  readonly triggers: ReadonlyMap<number, TriggerSpec>;
}

export interface TaskDraft extends CommonDraft, ExecutionOptions {
  readonly kind: Kind;
  readonly command?: string;
  readonly render?: "auto" | "never" | "always";
  readonly traps?: "stop" | "ignore";
  readonly order?: "breadth" | "depth";
  readonly session?: string;
  /** The variable that holds its proxy. */
  readonly proxyEnv?: string;
  readonly fixtures: readonly string[] | null;
  /** What a recorded flow's file holds. */
  readonly recording?: JsonObject;
}

export interface OperationDraft extends CommonDraft {
  readonly kind: "operation";
  readonly flow?: string;
  /** Milliseconds that a run may take. */
  readonly timeout?: number;
  readonly concurrency?: Concurrency;
  /** Some of its tasks, or its flow, could not be read: what is missing from `uses` and `flow` may be there. */
  readonly isPart: boolean;
  /** Its tasks, their fallbacks and the hooks. */
  readonly uses: ReadonlyMap<string, OperationTask>;
}

export type Draft = TaskDraft | OperationDraft;

type ReadInput = (value: unknown, faults: Fault[]) => InputSchema | null;

/**
 * Checks a file's options. What is wrong stands in `faults`; the draft is then what remains of the file, so that what it says about
 * other files can be checked as well. Null when nothing sensible remains.
 */
export async function draftOf(
  kind: keyof typeof fileSchemas,
  options: unknown,
  readInput: ReadInput,
  faults: Fault[],
): Promise<Draft | null> {
  const result = fileSchemas[kind].safeParse(options);
  const wrong = result.success ? [] : toFaults(result.error);
  faults.push(...wrong);
  // What can be checked beside wrong options is checked, so that one look shows everything.
  const given = result.success ? result.data : asLoose(options);
  const input = readInput(given.input, faults);
  const triggers = checkTriggers(Array.isArray(given.triggers) ? given.triggers : [], faults);
  await checkTriggerInputs(triggers, input, faults);
  const before = faults.length;
  const uses = kind === "operation" ? checkUses(asLoose(given), await kindsIn(given), faults) : new Map();
  const rest = result.success ? result : fileSchemas[kind].safeParse(without(asLoose(options), wrong));
  if (!rest.success) return null;
  const { data } = rest;
  const common = { description: data.description, input, triggers };
  if ("tasks" in data)
    return {
      ...{ ...common, kind: "operation", uses },
      isPart: faults.length > before || wrong.some(({ path: [key] }) => key === "flow" || key === "tasks"),
      ...(data.flow === undefined ? {} : { flow: data.flow }),
      ...(data.timeout === undefined ? {} : { timeout: data.timeout }),
      ...(data.concurrency === undefined ? {} : { concurrency: data.concurrency }),
    };
  return { ...common, ...taskPart(kind === "yamlShell" ? "shell" : (kind as Kind), data) };
}

type TaskData = ExecutionOptions & {
  readonly run?: (...args: never[]) => unknown;
  readonly command?: string;
  readonly shell?: string;
  readonly render?: "auto" | "never" | "always";
  readonly traps?: "stop" | "ignore" | undefined;
  readonly order?: "breadth" | "depth" | undefined;
  readonly session?: string | undefined;
  readonly proxy?: string | readonly string[] | { readonly secretEnv: string } | undefined;
};

function taskPart(kind: Kind, data: TaskData): Omit<TaskDraft, keyof CommonDraft> {
  const command = data.command ?? data.shell;
  return {
    kind,
    retry: data.retry,
    timeout: data.timeout,
    env: data.env,
    limits: data.limits,
    ...(data.toleratedFailures === undefined ? {} : { toleratedFailures: data.toleratedFailures }),
    fixtures: data.run ? fixturesOf(data.run) : [],
    ...(command === undefined ? {} : { command }),
    ...(data.concurrency === undefined ? {} : { concurrency: data.concurrency }),
    ...(data.resources === undefined ? {} : { resources: data.resources }),
    ...(data.render === undefined ? {} : { render: data.render }),
    ...(data.traps === undefined ? {} : { traps: data.traps }),
    ...(data.order === undefined ? {} : { order: data.order }),
    ...proxyEnvOf(data),
    ...(data.session === undefined ? {} : { session: data.session }),
  };
}

/** A proxy that the file itself names stays in the file: what is kept of a task has no passwords. */
function proxyEnvOf({ proxy }: TaskData): { proxyEnv?: string } {
  return typeof proxy === "object" && "secretEnv" in proxy ? { proxyEnv: proxy.secretEnv } : {};
}

/** A trigger whose input does not fit would fail at every start, so it is refused here. */
async function checkTriggerInputs(
  triggers: ReadonlyMap<number, TriggerSpec>,
  input: InputSchema | null,
  faults: Fault[],
): Promise<void> {
  if (!input) return;
  for (const [index, trigger] of triggers) {
    // What a webhook starts gets the rest of its input with the message.
    if ("webhook" in trigger) continue;
    const given: JsonObject = trigger.input ?? {};
    const result = await input.zod.safeParseAsync(given);
    if (result.success) continue;
    // What a finished run fills in is checked when it has.
    const open = ({ path: [field] }: { path: readonly PropertyKey[] }) =>
      "after" in trigger && field !== undefined && hasTemplates(given[String(field)]);
    const issues = result.error.issues.filter((issue) => !open(issue));
    if (issues.length === 0) continue;
    const fields = toFields({ issues }, "input").map((field) => `${field.path}: ${field.message}`);
    faults.push({
      path: ["triggers", index],
      message: `its input does not fit the task's schema (${fields.join("; ")})`,
      mend: "Give the trigger an `input`, or the schema defaults.",
    });
  }
}

/** The options whose values are right, as far as that can be told: the others are left out, with all that is in them. */
function without(options: Readonly<Record<string, unknown>>, wrong: readonly Fault[]): Record<string, unknown> {
  const left = { ...options };
  for (const { path } of wrong) delete left[String(path[0])];
  return left;
}

function asLoose(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
