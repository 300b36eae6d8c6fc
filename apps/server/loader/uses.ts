/** The tasks of an operation as they are written: those of the flow, their fallbacks, and the hooks. */
import type { Hook } from "../core/operation.ts";
import { type Fault, type Path, toFaults } from "./fault.ts";
import { followerSchemas, type InlineOptions, type UseOptions, useSchemas } from "./options.ts";

export type TaskUse = UseOptions | InlineOptions;

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
export function checkUses(options: Readonly<Record<string, unknown>>, faults: Fault[]): Map<string, OperationTask> {
  const tasks = new Map<string, OperationTask>();
  for (const [name, value] of Object.entries(asLoose(options.tasks))) {
    const path = ["tasks", name];
    const use = checkUse(path, value, useSchemas, faults);
    if (use) tasks.set(name, { use, path });
  }
  if (faults.length === 0 && tasks.size === 0) {
    faults.push({
      path: ["tasks"],
      message: "expected at least one task",
      mend: 'Write `tasks: { first: { shell: "…" } }`.',
    });
  }
  for (const [name, { use }] of [...tasks]) if (use.fallback !== undefined) addFallback(tasks, name, use, faults);
  for (const [option, hook] of Object.entries(HOOK_OPTIONS))
    if (options[option] !== undefined) addHooks(tasks, option, hook, options[option], faults);
  return tasks;
}

/** Another task of the operation by name, else a task file by name, or a task of its own. */
function addFallback(tasks: Map<string, OperationTask>, name: string, use: TaskUse, faults: Fault[]): void {
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
  const own = checkUse(path, written, followerSchemas, faults);
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
  faults: Fault[],
): void {
  const list: unknown[] = Array.isArray(given) ? given : [given];
  for (const [index, value] of list.entries()) {
    const path = Array.isArray(given) ? [option, index] : [option];
    const use = checkUse(path, typeof value === "string" ? { use: value } : value, followerSchemas, faults);
    if (use) add(tasks, index === 0 ? option : `${option}-${index + 1}`, { use, path, hook }, faults);
  }
}

function add(tasks: Map<string, OperationTask>, name: string, task: OperationTask, faults: Fault[]): void {
  if (!tasks.has(name)) tasks.set(name, task);
  else faults.push({ path: task.path, message: `the name "${name}" is taken`, mend: "Rename that task." });
}

function checkUse(
  path: Path,
  value: unknown,
  schemas: typeof useSchemas | typeof followerSchemas,
  faults: Fault[],
): TaskUse | null {
  const kinds = (["use", "shell"] as const).filter((key) => key in asLoose(value));
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    const came = kinds.length > 1 ? "both" : "neither";
    faults.push({
      path,
      message: `expected either \`use\` or \`shell\`, got ${came}`,
      mend: 'Name a task (`use: its-name`) or give a command (`shell: "…"`).',
    });
    return null;
  }
  const result = schemas[kind].safeParse(value);
  if (result.success) return result.data;
  faults.push(...toFaults(result.error, path));
  return null;
}

function asLoose(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
