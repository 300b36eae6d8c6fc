/** Brings an operation's `flow` and its tasks' `needs` together: what must succeed before each task. */
import { type Flow, FlowError, findCycle, parseFlow } from "../core/flow.ts";
import type { OperationDraft } from "./draft.ts";
import type { Fault } from "./fault.ts";
import type { OperationTask } from "./uses.ts";

export interface Plan {
  readonly needs: ReadonlyMap<string, readonly string[]>;
  /** Normal form of the flow, for display. */
  readonly flow: string;
}

/** What is wrong with flow or needs is added to `faults`. */
export function planNeeds(draft: OperationDraft, faults: Fault[]): Plan {
  const before = faults.length;
  const flow = draft.flow === undefined ? null : readFlow(draft.flow, faults);
  if (flow) checkNames(flow, draft, faults);
  const needs = new Map<string, readonly string[]>();
  for (const [name, task] of draft.uses) {
    const own = task.use.needs ?? [];
    for (const needed of own) checkNeeded(needed, ["tasks", name, "needs"], draft, faults);
    needs.set(name, [...new Set([...(flow?.needs.get(name) ?? []), ...own])]);
  }
  const cycle = faults.length > before ? null : findCycle(needs);
  if (cycle) {
    const [first = ""] = cycle;
    faults.push({
      path: ["tasks", first, "needs"],
      message: `the tasks wait for each other in a circle: ${cycle.join(" → ")}`,
      mend: "Remove one of these needs.",
    });
  }
  return { needs, flow: flow?.normal ?? sideBySide(draft) };
}

function readFlow(text: string, faults: Fault[]): Flow | null {
  try {
    return parseFlow(text);
  } catch (error) {
    // Thousands of parentheses exhaust the stack.
    const message = error instanceof FlowError ? error.message : "the flow nests too deeply";
    faults.push({
      path: ["flow"],
      message,
      mend: "Write `;` for one after the other, `||` for side by side, parentheses to group: `a; (b || c); d`.",
    });
    return null;
  }
}

function checkNames(flow: Flow, draft: OperationDraft, faults: Fault[]): void {
  for (const name of flow.names) checkNeeded(name, ["flow"], draft, faults);
  for (const [name, { use }] of inFlow(draft)) {
    if (flow.names.includes(name) || (use.needs ?? []).length > 0) continue;
    faults.push({
      path: ["tasks", name],
      message: `the task "${name}" is missing from the flow`,
      mend: "Add it to `flow`, give it `needs`, or remove it.",
      onKey: true,
    });
  }
}

function checkNeeded(name: string, path: Fault["path"], draft: OperationDraft, faults: Fault[]): void {
  const task = draft.uses.get(name);
  if (task === undefined || task.hook !== undefined) faults.push(unknown(name, path, draft));
  else if (task.fallbackFor !== undefined)
    faults.push({
      path,
      message: `"${name}" is the fallback of "${task.fallbackFor}", so nothing waits for it by itself`,
      mend: `Name "${task.fallbackFor}": what needs it goes on when its fallback succeeded.`,
    });
}

function inFlow(draft: OperationDraft): [string, OperationTask][] {
  return [...draft.uses].filter(([, task]) => task.fallbackFor === undefined && task.hook === undefined);
}

function unknown(name: string, path: Fault["path"], draft: OperationDraft): Fault {
  return {
    path,
    message: `unknown task "${name}"`,
    mend: `Name one of this operation's tasks: ${inFlow(draft)
      .map(([known]) => known)
      .join(", ")}.`,
  };
}

function sideBySide(draft: OperationDraft): string {
  const tasks = inFlow(draft);
  return tasks.some(([, { use }]) => (use.needs ?? []).length > 0) ? "" : tasks.map(([name]) => name).join(" || ");
}
