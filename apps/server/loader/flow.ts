/** Brings an operation's `flow` and its tasks' `needs` together: what must succeed before each task. */
import { type Flow, FlowError, findCycle, parseFlow } from "../core/flow.ts";
import type { OperationDraft } from "./draft.ts";
import type { Fault } from "./fault.ts";

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
  for (const [name, use] of draft.uses) {
    for (const needed of use.needs) {
      if (draft.uses.has(needed)) continue;
      faults.push(unknown(needed, ["tasks", name, "needs"], draft));
    }
    needs.set(name, [...new Set([...(flow?.needs.get(name) ?? []), ...use.needs])]);
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
  for (const name of flow.names) if (!draft.uses.has(name)) faults.push(unknown(name, ["flow"], draft));
  for (const [name, use] of draft.uses) {
    if (flow.names.includes(name) || use.needs.length > 0) continue;
    faults.push({
      path: ["tasks", name],
      message: `the task "${name}" is missing from the flow`,
      mend: "Add it to `flow`, give it `needs`, or remove it.",
      onKey: true,
    });
  }
}

function unknown(name: string, path: Fault["path"], draft: OperationDraft): Fault {
  return {
    path,
    message: `unknown task "${name}"`,
    mend: `Name one of this operation's tasks: ${[...draft.uses.keys()].join(", ")}.`,
  };
}

function sideBySide(draft: OperationDraft): string {
  return [...draft.uses.values()].some((use) => use.needs.length > 0) ? "" : [...draft.uses.keys()].join(" || ");
}
