/**
 * Waiting without a worker: a task run that has begun may wait for a person, a time, or another run. It is `waiting` with what it
 * awaits on its row, and goes on when that is answered, whatever happened to the server meanwhile.
 */
import type { Reason } from "./words.ts";

export type Awaited =
  | { readonly type: "approval" }
  | { readonly type: "time" }
  | { readonly type: "run"; readonly runId: string };

/** What the server does itself for a task, in place of an executor. */
export type ServerTask =
  /** The task is another operation, as a run of its own. */
  | { readonly type: "operation"; readonly name: string }
  /** Starts an operation and does not wait for it. */
  | { readonly type: "start" }
  /** What its expression comes to is its output. */
  | { readonly type: "calculate" }
  /** Waits for a person's word. */
  | { readonly type: "approval" }
  /** Waits for a time. */
  | { readonly type: "wait" };

/** How many runs may lead to one, each started by a task of the one before. */
export const MOST_DEPTH = 50;

/** In place of a deadline that nobody set: the last moment that a Date can hold. */
export const NO_DEADLINE = 8_640_000_000_000_000;

/** As it is kept on the row. */
export function awaitsText(awaited: Awaited): string {
  return awaited.type === "run" ? `run ${awaited.runId}` : awaited.type;
}

/** Null: it awaits nothing. */
export function readAwaits(text: string | null): Awaited | null {
  if (text === null) return null;
  if (text.startsWith("run ")) return { type: "run", runId: text.slice("run ".length) };
  return text === "approval" ? { type: "approval" } : { type: "time" };
}

/** The reason beside the state `waiting`. */
export const AWAITING_REASONS: Readonly<Record<Awaited["type"], Reason>> = {
  approval: "approval",
  time: "time",
  run: "operation",
};
