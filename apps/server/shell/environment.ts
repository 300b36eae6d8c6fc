/** The environment of a command: a few variables that were allowed, the task's own, its input, and our marks. */
import type { Assignment } from "../core/execution.ts";
import type { Json } from "../core/json.ts";
import type { Marks } from "./processes.ts";

export interface Incarnation {
  /** Identity of the data folder. */
  readonly data: string;
  /** Differs at every start of the server. */
  readonly boot: string;
}

export interface Places {
  /** The file a command writes its JSON output to. */
  readonly output: string;
  /** The folder whose files are kept. */
  readonly out: string;
  /** The whole input as a JSON file. */
  readonly input: string;
}

/** Linux refuses a single variable of 128 KiB and more. */
const MAX_VARIABLE = 120 * 1024;

/** Variables too large to be passed are left out, and named in `omitted`; the input file has them. */
export function environmentOf(
  allowed: Readonly<Record<string, string>>,
  assignment: Assignment,
  incarnation: Incarnation,
  places: Places,
): { readonly env: Readonly<Record<string, string>>; readonly omitted: readonly string[] } {
  const inputs = Object.entries(assignment.input).map(([name, value]) => [variableOf(name), textOf(value)] as const);
  const wanted = [...inputs, ["ULTRAVISOR_INPUT", JSON.stringify(assignment.input)] as const];
  const fits = (value: string): boolean => Buffer.byteLength(value) <= MAX_VARIABLE;
  const env = {
    ...allowed,
    ...assignment.spec.env,
    ...Object.fromEntries(wanted.filter(([, value]) => fits(value))),
    ...marksOf(assignment, incarnation),
    ULTRAVISOR_RUN: assignment.runId,
    ULTRAVISOR_ATTEMPT: String(assignment.attempt),
    ULTRAVISOR_INPUT_FILE: places.input,
    ULTRAVISOR_OUTPUT: places.output,
    ULTRAVISOR_OUT: places.out,
  };
  return { env, omitted: wanted.filter(([, value]) => !fits(value)).map(([name]) => name) };
}

/** What tells an attempt's processes from all others. */
export function marksOf(assignment: Assignment, incarnation: Incarnation): Marks {
  return {
    ULTRAVISOR_DATA: incarnation.data,
    ULTRAVISOR_BOOT: incarnation.boot,
    ULTRAVISOR_TASK_RUN: assignment.taskRunId,
  };
}

/** `startUrl` → `INPUT_START_URL` */
function variableOf(name: string): string {
  const words = name.replaceAll(/([\p{Ll}\p{N}])(\p{Lu})/gu, "$1_$2");
  return `INPUT_${words.replaceAll(/[^A-Za-z0-9]+/g, "_").toUpperCase()}`;
}

function textOf(value: Json): string {
  if (value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
