/** What templates and conditions of an operation name must be there when they are needed: earlier tasks, input, run, state. */
import type { PlannedTask } from "../core/definition.ts";
import { parseExpression, pathsIn } from "../core/expression.ts";
import type { JsonObject } from "../core/json.ts";
import { type DataPath, ExpressionError, pathText } from "../core/path.ts";
import { referencesIn } from "../core/template.ts";
import type { OperationDraft } from "./draft.ts";
import type { Fault, Path } from "./fault.ts";

/** One path, and where it stands. */
interface Named {
  readonly path: DataPath;
  readonly position: number;
  readonly place: Path;
  /** Whether `item` and `index` mean something there. */
  readonly perItem: boolean;
  readonly mend: string;
}

const MEND =
  "Write `${task.output.field}` with a task that comes before, `${input.field}`, `${run.id}` or `${state.key}`.";

const EXPRESSION_MEND =
  "Write it with paths such as `task.output.field`, values, operators such as `+`, `==` and `and`, and functions such as `round`.";

/** What is wrong is added to `faults`. */
export function checkReferences(draft: OperationDraft, tasks: readonly PlannedTask[], faults: Fault[]): void {
  const byName = new Map(tasks.map((task) => [task.name, task]));
  for (const task of tasks) {
    const at = draft.uses.get(task.name)?.path ?? [];
    const before = task.hook === undefined ? earlier(task, byName) : new Set(notHooks(tasks));
    const use = draft.uses.get(task.name)?.use;
    const own = use !== undefined && "ready" in use ? use.ready.name : "with";
    for (const named of namesIn(task, at, own, faults)) {
      const message = whyWrong(named, before, byName, draft.input?.json ?? null);
      if (message === null) continue;
      faults.push({ path: named.place, message: `${message} (position ${named.position})`, mend: named.mend });
    }
  }
}

/** @param own the key under which its input stands */
function namesIn(task: PlannedTask, at: Path, own: string, faults: Fault[]): Named[] {
  const perItem = task.each !== undefined;
  const inTemplates = (value: unknown, place: Path, ofItem: boolean): Named[] =>
    referencesIn(value).map((found) => ({ ...found, place: [...place, ...found.at], perItem: ofItem, mend: MEND }));
  const parts: [Path, () => Named[]][] = [
    ...Object.entries(task.with).map(([key, value]): [Path, () => Named[]] => {
      const place = [...at, own, key];
      return [place, () => inTemplates(value, place, perItem)];
    }),
    [[...at, "each"], () => inTemplates(task.each ?? "", [...at, "each"], false)],
    [[...at, "if"], () => inExpression(task.if, [...at, "if"], false)],
    [[...at, own, "expression"], () => inExpression(task.calculate, [...at, own, "expression"], perItem)],
  ];
  return parts.flatMap(([place, read]) => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      const mend = place.at(-1) === "if" || place.at(-1) === "expression" ? EXPRESSION_MEND : MEND;
      faults.push({ path: place, message: error.message, mend });
      return [];
    }
  });
}

function inExpression(text: string | undefined, place: Path, perItem: boolean): Named[] {
  if (text === undefined) return [];
  return pathsIn(parseExpression(text)).map((found) => ({ ...found, place, perItem, mend: mendOf(found.path) }));
}

/** `a-b` is a name, as those of tasks and fields may hold hyphens. */
function mendOf(path: DataPath): string {
  const hyphened = path.find((part) => typeof part === "string" && /\w-\w/.test(part));
  return hyphened === undefined ? MEND : `${MEND} To subtract, write spaces around the minus.`;
}

function whyWrong(
  { path, perItem }: Named,
  before: ReadonlySet<string>,
  tasks: ReadonlyMap<string, PlannedTask>,
  input: JsonObject | null,
): string | null {
  const [root = "", field] = path;
  if (root === "run") return null;
  if (root === "item" || root === "index")
    return perItem ? null : `"${root}" is known only in the \`with\` of a task with \`each\``;
  if (root === "state") return typeof field === "string" ? null : "`state` needs a key, as in `state.mode`";
  if (root === "input") return whyNoInput(field, input);
  if (before.has(String(root))) return null;
  return tasks.has(String(root))
    ? `\`${pathText(path)}\` names the task "${root}", which does not come before this one`
    : `\`${pathText(path)}\` names "${root}", which is no task of this operation`;
}

/** A field that the schema does not name never gets here. */
function whyNoInput(field: string | number | undefined, input: JsonObject | null): string | null {
  const properties = input?.properties;
  if (field === undefined || typeof properties !== "object" || properties === null) return null;
  const open = input?.additionalProperties !== undefined && input.additionalProperties !== false;
  if (open || Object.hasOwn(properties, field)) return null;
  return `the operation's input has no field "${field}"`;
}

/** Everything a task waits for, directly or through others, and what may stand in for it. */
function earlier(task: PlannedTask, tasks: ReadonlyMap<string, PlannedTask>): Set<string> {
  const found = new Set<string>();
  const open = [...task.needs, ...(task.fallbackFor === undefined ? [] : [task.fallbackFor])];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    open.push(...(tasks.get(name)?.needs ?? []));
  }
  for (const other of tasks.values())
    if (other.fallbackFor !== undefined && other.name !== task.name && found.has(other.fallbackFor))
      found.add(other.name);
  return found;
}

function notHooks(tasks: readonly PlannedTask[]): string[] {
  return tasks.filter((task) => task.hook === undefined).map((task) => task.name);
}
