/** What a finished run tells the runs that follow it: `input: { file: "${run.output.path}" }` on an `after` trigger. */
import type { Run } from "./entities.ts";
import type { Json, JsonObject } from "./json.ts";
import { ExpressionError } from "./path.ts";
import { fillIn, referencesIn } from "./template.ts";

/** What a run has come to. */
export interface RunResult {
  /** Of its only last task; with several last tasks, an object of their outputs by name. Null for what did not succeed. */
  readonly output: Json;
  /** Of its own tasks, by name. */
  readonly tasks: Readonly<Record<string, { readonly state: string; readonly output: Json }>>;
  /** Names of the tasks that failed and had no fallback that succeeded. */
  readonly failed: readonly string[];
  /** What the first of these said. */
  readonly error: string;
}

/** What is wrong with the `input` of an `after` trigger, and where in it; null: nothing. */
export function whyNoTemplate(input: unknown): { readonly path: string; readonly message: string } | null {
  try {
    const strange = referencesIn(input).find(({ path: [root] }) => root !== "run");
    if (strange === undefined) return null;
    const message = `expected \${run.…}, as in \${run.output}, got ${JSON.stringify(String(strange.path[0]))} at position ${strange.position}`;
    return { path: strange.at.join("."), message };
  } catch (error) {
    if (error instanceof ExpressionError) return { path: "", message: error.message };
    throw error;
  }
}

/** The input of a run that follows another. Throws MissingValueError for a path that leads nowhere. */
export function inputAfter(input: JsonObject, run: Run, result: RunResult): JsonObject {
  const { id, name, state, reason, summary, report, trigger, startedAt, finishedAt } = run;
  const facts = { id, name, state, reason, input: run.input, summary, report, trigger, startedAt, finishedAt };
  return fillIn(input, { run: { ...facts, ...result } }) as JsonObject;
}
