/** What an operation says about one of its tasks, beside how it is executed; and what follows from its tasks' ends. */
import type { JsonObject } from "./json.ts";

/** When the tasks of an operation that follow everything else are started. */
export const HOOKS = ["success", "failure", "finish"] as const;
export type Hook = (typeof HOOKS)[number];

/** Kept on the task run, as a run goes on as it began when its file is edited. Its texts are templates and conditions. */
export interface TaskRule {
  /** The definition it uses; null: a command of its own, which gets the run's input beside its own. */
  readonly use: string | null;
  readonly with: JsonObject;
  /** Condition: the task is skipped unless it holds. */
  readonly if?: string;
  /** Template of a list: one subtask per item. */
  readonly each?: string;
  /** Once one of these has failed, those that have not begun are skipped. */
  readonly failFast?: true;
  /** Expression whose result is its output. */
  readonly calculate?: string;
}

/** What templates and conditions can ask of a task of the same run. */
export interface TaskFacts {
  readonly state: string;
  readonly input: unknown;
  /** Of its fallback, when that stood in. */
  readonly output: unknown;
  /** How many subtasks it had in all, and by state; left out: none. */
  readonly subtasks?: Readonly<Record<string, number>>;
  /** Of its subtasks, in order; only when asked for. */
  readonly outputs?: readonly unknown[];
  readonly error: unknown;
}

/** How the tasks of a run have ended, its hooks left out. */
export interface RunOutcome {
  readonly state: "succeeded" | "failed";
  /** Names of the tasks that failed and had no fallback that succeeded. */
  readonly failed: readonly string[];
  /** What the first of these said. */
  readonly error: string;
}
