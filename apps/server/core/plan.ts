/** From a definition and an input to the task runs of a run; from what a script spawned to subtasks. */

import type { Definition, PlannedTask, TaskSpec } from "./definition.ts";
import { hostsNamedIn } from "./egress.ts";
import type { TaskRun } from "./entities.ts";
import type { SpawnDraft } from "./execution.ts";
import { canonicalJson, type JsonObject } from "./json.ts";
import { type Lock, lockOf } from "./lock.ts";
import type { TaskRule } from "./operation.ts";
import { priorityOf } from "./priority.ts";
import type { TaskRunDraft } from "./run-store.ts";
import { hasTemplates } from "./template.ts";

/** One task run per task of the operation, with its needs as ids. */
export function planRun(definition: Definition, input: JsonObject, newId: () => string): TaskRunDraft[] {
  const ids = new Map(definition.tasks.map((task) => [task.name, newId()]));
  return definition.tasks.map((task) => {
    const id = ids.get(task.name) ?? newId();
    const own = definition.kind === "operation" ? withRunInput(ruleOf(task), input, task.with) : input;
    const fallbackFor = task.fallbackFor === undefined ? undefined : ids.get(task.fallbackFor);
    return {
      id,
      task: task.name,
      key: "",
      parent: null,
      root: id,
      depth: 0,
      // What templates will be filled in with may come from a page; the run's own input does not.
      spec: withHosts(task.spec, hostsNamedIn(hasTemplates(task.with) ? { ...own, input } : own)),
      input: own,
      needs: task.needs.map((name) => ids.get(name)).filter((needed) => needed !== undefined),
      ...(definition.kind === "operation" ? { rule: ruleOf(task) } : {}),
      ...(task.hook === undefined ? {} : { hook: task.hook }),
      ...takes(task.spec),
      ...lockedBy(task.spec, hasTemplates(own) ? input : own),
      ...(fallbackFor === undefined ? {} : { fallbackFor }),
    };
  });
}

/** A command of an operation gets the run's input with its own on top; another task gets only its own. */
export function withRunInput(rule: TaskRule, runInput: JsonObject, own: JsonObject): JsonObject {
  return rule.use === null ? { ...runInput, ...own } : own;
}

function ruleOf(task: PlannedTask): TaskRule {
  return {
    use: task.use,
    with: task.with,
    ...(task.if === undefined ? {} : { if: task.if }),
    ...(task.each === undefined ? {} : { each: task.each }),
    ...(task.failFast === undefined ? {} : { failFast: task.failFast }),
    ...(task.calculate === undefined ? {} : { calculate: task.calculate }),
  };
}

function lockedBy({ concurrency }: TaskSpec, input: JsonObject): { readonly lock?: Lock } {
  return concurrency === undefined ? {} : { lock: lockOf(concurrency.of, concurrency, input) };
}

function takes({ resources }: TaskSpec): Pick<TaskRunDraft, "resources"> {
  return resources === undefined ? {} : { resources };
}

function withHosts(spec: TaskSpec, hosts: readonly string[]): TaskSpec {
  // The same object where it can be: it is recognised again when it is stored.
  return hosts.length === 0 || spec.hosts === hosts ? spec : { ...spec, hosts };
}

/** A subtask of another definition is executed as that one; null: there is no such task. */
export type FindTask = (name: string) => PlannedTask | null;

/** Subtasks of `parent`, each key once, within the limits of the task that all of it began with. What names a task that does not exist is `unknown`. */
export function planSubtasks(
  parent: TaskRun,
  spawned: readonly SpawnDraft[],
  find: FindTask,
  newId: () => string,
): { readonly drafts: TaskRunDraft[]; readonly unknown: string[] } {
  const drafts = new Map<string, TaskRunDraft>();
  const unknown = new Set<string>();
  const specs = new Map<PlannedTask, TaskSpec>();
  const specOf = (other: PlannedTask): TaskSpec => {
    const spec = specs.get(other) ?? inherited(other.spec, parent.spec);
    specs.set(other, spec);
    return spec;
  };
  for (const draft of spawned) {
    const other = draft.task === null ? null : find(draft.task);
    if (draft.task !== null && other === null) unknown.add(draft.task);
    else {
      const task = other?.name ?? parent.task;
      const key = draft.key === "" ? canonicalJson(draft.input) : draft.key;
      const name = `${task}\n${key}`;
      if (drafts.has(name)) continue;
      drafts.set(name, {
        id: newId(),
        task,
        key,
        parent: parent.id,
        root: parent.root,
        depth: parent.depth + 1,
        // Never the hosts of its own input: that may hold what a page said.
        spec: other === null ? parent.spec : specOf(other),
        input: draft.input,
        needs: [],
        ...(parent.hook === null ? {} : { hook: parent.hook }),
        ...takes(other?.spec ?? parent.spec),
        ...lockedBy(other?.spec ?? parent.spec, draft.input),
        ...prioritized(draft.priority, other?.spec ?? parent.spec, parent.depth + 1),
        ...(draft.landing === undefined ? {} : { landing: draft.landing }),
      });
    }
  }
  return { drafts: [...drafts.values()], unknown: [...unknown] };
}

function prioritized(wanted: number | undefined, { order }: TaskSpec, depth: number): { readonly priority?: number } {
  const priority = priorityOf(wanted, order, depth);
  return priority === 0 ? {} : { priority };
}

/** What counts for a whole fan-out, whichever tasks it goes through. */
function inherited(spec: TaskSpec, { hosts = [], limits, traps }: TaskSpec): TaskSpec {
  return { ...withHosts(spec, hosts), limits, ...(traps === undefined ? {} : { traps }) };
}
