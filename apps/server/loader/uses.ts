/** The tasks of an operation as they are written: those of the flow, their fallbacks, and the hooks. */
import type { JsonObject } from "../core/json.ts";
import type { Hook } from "../core/operation.ts";
import { type Fault, type Path, toFaults } from "./fault.ts";
import { checkOptions, KIND_NAMES, type Kinds, type ReadyMade } from "./kinds.ts";
import {
  followerSchemas,
  type InlineOptions,
  type ReadyOptions,
  readySchema,
  type UseOptions,
  useSchemas,
} from "./options.ts";

export type TaskUse =
  | UseOptions
  | InlineOptions
  | (ReadyOptions & { readonly ready: ReadyMade; readonly with: JsonObject });

export interface OperationTask {
  readonly use: TaskUse;
  /** Where it stands in the file. */
  readonly path: Path;
  /** The task it stands in for. */
  readonly fallbackFor?: string;
  readonly hook?: Hook;
}

const HOOK_OPTIONS = { onSuccess: "success", onFailure: "failure", onFinish: "finish" } as const;

/** What is wrong is added to `faults`. */
export function checkUses(
  options: Readonly<Record<string, unknown>>,
  kinds: Kinds,
  faults: Fault[],
): Map<string, OperationTask> {
  const tasks = new Map<string, OperationTask>();
  const check: Check = (path, value, flow) => checkUse(path, value, flow, kinds, faults);
  for (const [name, value] of Object.entries(asLoose(options.tasks))) {
    const path = ["tasks", name];
    const use = check(path, value, true);
    if (use) tasks.set(name, { use, path });
    if (use?.failFast !== undefined && use.each === undefined) faults.push(pointless([...path, "failFast"]));
  }
  for (const [name, { use }] of [...tasks])
    if (use.fallback !== undefined) addFallback(tasks, name, use, check, faults);
  for (const [option, hook] of Object.entries(HOOK_OPTIONS))
    if (options[option] !== undefined) addHooks(tasks, option, hook, options[option], check, faults);
  return tasks;
}

function pointless(path: Path): Fault {
  return {
    path,
    message: "`failFast` means nothing without `each`",
    mend: "Remove it: a task that fails keeps those that need it from starting, as it is.",
  };
}

/** Another task of the operation by name, else a task file by name, or a task of its own. */
function addFallback(
  tasks: Map<string, OperationTask>,
  name: string,
  use: TaskUse,
  check: Check,
  faults: Fault[],
): void {
  const path = ["tasks", name, "fallback"];
  const { fallback } = use;
  const named = typeof fallback === "string" ? tasks.get(fallback) : undefined;
  if (typeof fallback === "string" && named !== undefined) {
    const wrong = whyNoFallback(name, fallback, named);
    if (wrong === null) tasks.set(fallback, { ...named, fallbackFor: name });
    else faults.push({ path, message: wrong, mend: "Give it a fallback of its own, which nothing else waits for." });
    return;
  }
  const written = typeof fallback === "string" ? { use: fallback, with: use.with } : fallback;
  const own = check(path, written, false);
  if (own) add(tasks, `${name}-fallback`, { use: own, path, fallbackFor: name }, faults);
}

function whyNoFallback(name: string, fallback: string, task: OperationTask): string | null {
  if (fallback === name) return `"${name}" cannot be its own fallback`;
  if (task.fallbackFor !== undefined) return `"${fallback}" is the fallback of "${task.fallbackFor}" already`;
  if (task.use.fallback !== undefined) return `"${fallback}" is a fallback, so it cannot have one`;
  if ((task.use.needs ?? []).length > 0) return `"${fallback}" is a fallback, so it cannot need other tasks`;
  return task.use.each === undefined ? null : `"${fallback}" is a fallback, so it cannot have \`each\``;
}

/** One, or a list of them; each a task file by name, or a task of its own. */
function addHooks(
  tasks: Map<string, OperationTask>,
  option: string,
  hook: Hook,
  given: unknown,
  check: Check,
  faults: Fault[],
): void {
  const list: unknown[] = Array.isArray(given) ? given : [given];
  for (const [index, value] of list.entries()) {
    const path = Array.isArray(given) ? [option, index] : [option];
    const use = check(path, typeof value === "string" ? { use: value } : value, false);
    if (use) add(tasks, index === 0 ? option : `${option}-${index + 1}`, { use, path, hook }, faults);
  }
}

function add(tasks: Map<string, OperationTask>, name: string, task: OperationTask, faults: Fault[]): void {
  if (!tasks.has(name)) tasks.set(name, task);
  else faults.push({ path: task.path, message: `the name "${name}" is taken`, mend: "Rename that task." });
}

/** @param flow whether others may wait for it, or it for others */
type Check = (path: Path, value: unknown, flow: boolean) => TaskUse | null;

function checkUse(path: Path, value: unknown, flow: boolean, kinds: Kinds, faults: Fault[]): TaskUse | null {
  const given = ["use", "shell", ...KIND_NAMES].filter((key) => key in asLoose(value));
  const [kind] = given;
  if (kind === undefined || given.length > 1) {
    const came = given.length > 1 ? given.map((key) => `\`${key}\``).join(" and ") : "neither";
    faults.push({
      path,
      message: `expected \`use\`, \`shell\` or a ready-made task, got ${came}`,
      mend: `Name a task (\`use: its-name\`), give a command (\`shell: "…"\`), or take one of: ${KIND_NAMES.join(", ")}.`,
    });
    return null;
  }
  const ready = kinds.get(kind);
  if (ready !== undefined) return checkReady(ready, path, asLoose(value), flow, faults);
  const schemas = flow ? useSchemas : followerSchemas;
  const result = schemas[kind as "use" | "shell"].safeParse(value);
  if (result.success) return result.data;
  faults.push(...toFaults(result.error, path));
  return null;
}

function checkReady(
  ready: ReadyMade,
  path: Path,
  value: Readonly<Record<string, unknown>>,
  flow: boolean,
  faults: Fault[],
): TaskUse | null {
  const result = readySchema(ready.name, flow).safeParse(value);
  if (!result.success) faults.push(...toFaults(result.error, path));
  const options = checkOptions(ready, value[ready.name], [...path, ready.name], faults);
  return result.success && options !== null ? { ...result.data, ready, with: options } : null;
}

function asLoose(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
