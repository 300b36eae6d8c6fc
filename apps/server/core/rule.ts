/** What an operation's rule for one of its tasks comes to, once the tasks before it have ended. */
import { holds, parseExpression, pathsIn, resultOf } from "./expression.ts";
import type { Json, JsonObject } from "./json.ts";
import type { TaskRule } from "./operation.ts";
import { type DataPath, ExpressionError } from "./path.ts";
import { withRunInput } from "./plan.ts";
import { fillIn, MissingValueError, referencesIn } from "./template.ts";

/** Roots of paths that are not the name of a task. */
export const ROOTS = ["input", "run", "state", "item", "index"] as const;

/** What has to be looked up before the rule can be applied. */
export interface Wanted {
  readonly tasks: readonly string[];
  /** Those of which the outputs of their subtasks are wanted, too. */
  readonly items: readonly string[];
  readonly stateKeys: readonly string[];
}

export type Applied =
  | { readonly type: "run"; readonly input: JsonObject }
  | { readonly type: "fan-out"; readonly inputs: readonly JsonObject[] }
  | { readonly type: "skip"; readonly message: string }
  | { readonly type: "invalid"; readonly message: string };

/** Null: the rule says nothing that could not be told when the run was created. */
export function wantedBy(rule: TaskRule): Wanted | null {
  const paths = pathsOf(rule);
  const isPlain = rule.if === undefined && rule.each === undefined && rule.calculate === undefined;
  if (paths.length === 0 && isPlain) return null;
  const tasks = paths.filter(([root]) => !(ROOTS as readonly unknown[]).includes(root));
  return {
    tasks: unique(tasks.map(([root]) => String(root))),
    items: unique(tasks.filter(([, field]) => field === "outputs").map(([root]) => String(root))),
    stateKeys: unique(paths.filter(([root]) => root === "state").map(([, key]) => String(key))),
  };
}

/** @param data by root: tasks by name, `input`, `run`, `state` */
export function applyRule(rule: TaskRule, runInput: JsonObject, data: Readonly<Record<string, unknown>>): Applied {
  try {
    if (rule.if !== undefined && !holds(parseExpression(rule.if), data))
      return { type: "skip", message: `the condition does not hold: ${rule.if}` };
    if (rule.each === undefined) return { type: "run", input: withRunInput(rule, runInput, filled(rule, data)) };
    const items = fillIn(rule.each, data);
    if (!Array.isArray(items))
      return {
        type: "invalid",
        message: `each: expected a list, ${rule.each} is ${JSON.stringify(items).slice(0, 100)}`,
      };
    return {
      type: "fan-out",
      inputs: items.map((item: Json, index) => inputOfItem(rule, runInput, data, { item, index })),
    };
  } catch (error) {
    if (error instanceof MissingValueError || error instanceof ExpressionError)
      return { type: "invalid", message: error.message };
    throw error;
  }
}

function inputOfItem(
  rule: TaskRule,
  runInput: JsonObject,
  data: Readonly<Record<string, unknown>>,
  one: { readonly item: Json; readonly index: number },
): JsonObject {
  const own = filled(rule, { ...data, ...one });
  return withRunInput(rule, { ...runInput, ...one }, own);
}

/** A calculation shows what was calculated beside what it came to. */
function filled(rule: TaskRule, data: unknown): JsonObject {
  const own = fillIn(rule.with, data) as JsonObject;
  if (rule.calculate === undefined) return own;
  return { expression: rule.calculate, ...own, result: resultOf(parseExpression(rule.calculate), data) };
}

function pathsOf(rule: TaskRule): DataPath[] {
  const templates = [...referencesIn(rule.with), ...referencesIn(rule.each ?? "")];
  const expressions = [rule.if, rule.calculate].filter((text) => text !== undefined);
  const named = expressions.flatMap((text) => pathsIn(parseExpression(text)));
  return [...templates, ...named].map(({ path }) => path);
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
