/** Files that start each other in a circle: `after` triggers, and operations used as tasks of others. They would run for ever. */
import { findCycle } from "../core/flow.ts";
import type { Fault } from "./fault.ts";
import type { Loaded } from "./link.ts";

/** A fault for every file on a circle. */
export function findCircles(files: readonly Loaded[]): Map<Loaded, Fault> {
  const startedBy = new Map(files.map((loaded) => [loaded.file.name, [...starters(loaded, files)]]));
  const found = new Map<Loaded, Fault>();
  for (let circle = findCycle(startedBy); circle !== null; circle = findCycle(startedBy)) {
    for (const [index, name] of circle.slice(1).entries()) {
      startedBy.delete(name);
      const loaded = files.find((other) => other.file.name === name);
      if (loaded) found.set(loaded, faultOf(loaded, circle[index] ?? name, circle));
    }
  }
  return found;
}

function* starters(loaded: Loaded, files: readonly Loaded[]): Generator<string> {
  for (const trigger of loaded.draft?.triggers.values() ?? []) if ("after" in trigger) yield trigger.after;
  if (loaded.draft?.kind !== "operation") return;
  for (const { file, draft } of files)
    if (draft?.kind === "operation" && usesOf(draft).includes(loaded.file.name)) yield file.name;
}

function usesOf(draft: Extract<Loaded["draft"], { kind: "operation" }>): string[] {
  return [...draft.uses.values()].flatMap(({ use }) => ("use" in use ? [use.use] : []));
}

function faultOf({ draft }: Loaded, before: string, circle: readonly string[]): Fault {
  const triggers = [...(draft?.triggers ?? [])];
  const [index] = triggers.find(([, trigger]) => "after" in trigger && trigger.after === before) ?? [];
  const used =
    draft?.kind === "operation"
      ? [...draft.uses.values()].find(({ use }) => "use" in use && circle.includes(use.use))
      : undefined;
  const path = index !== undefined ? ["triggers", index, "after"] : used ? [...used.path, "use"] : [];
  const alone = circle.length === 2;
  return {
    path,
    message: alone
      ? `it would start itself again after every run: ${circle.join(" → ")}`
      : `these start each other in a circle, for ever: ${circle.join(" → ")}`,
    mend: alone ? "Name another task, or use `every`." : "Take one of them out of the chain, or use `every` or `when`.",
  };
}
