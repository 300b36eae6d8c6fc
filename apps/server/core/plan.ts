/** From a definition and an input to the task runs of a run; from what a script spawned to subtasks. */

import type { Definition, PlannedTask, TaskSpec } from "./definition.ts";
import { hostsNamedIn } from "./egress.ts";
import type { TaskRun } from "./entities.ts";
import type { SpawnDraft } from "./execution.ts";
import { canonicalJson, type JsonObject } from "./json.ts";
import type { TaskRunDraft } from "./run-store.ts";

/** One task run per task of the operation, with its needs as ids. */
export function planRun(definition: Definition, input: JsonObject, newId: () => string): TaskRunDraft[] {
  const ids = new Map(definition.tasks.map((task) => [task.name, newId()]));
  return definition.tasks.map((task) => {
    const id = ids.get(task.name) ?? newId();
    const own = inputOf(definition, task, input);
    return {
      id,
      task: task.name,
      key: "",
      parent: null,
      root: id,
      depth: 0,
      spec: withHosts(task.spec, hostsNamedIn(own)),
      input: own,
      needs: task.needs.map((name) => ids.get(name)).filter((needed) => needed !== undefined),
    };
  });
}

/** A task alone gets the run's input; a command of the operation gets it with its own on top; another task gets only what `with` says. */
function inputOf(definition: Definition, task: PlannedTask, input: JsonObject): JsonObject {
  if (definition.kind !== "operation") return input;
  return task.use === null ? { ...input, ...task.with } : task.with;
}

function withHosts(spec: TaskSpec, hosts: readonly string[]): TaskSpec {
  return hosts.length === 0 ? spec : { ...spec, hosts };
}

/** A subtask of another definition is executed as that one; null: there is no such task. */
export type FindTask = (name: string) => PlannedTask | null;

/** Subtasks of `parent`, each key once. Drafts of a task that does not exist come back as `unknown`, those beyond its depth are counted. */
export function planSubtasks(
  parent: TaskRun,
  spawned: readonly SpawnDraft[],
  find: FindTask,
  newId: () => string,
): { readonly drafts: TaskRunDraft[]; readonly unknown: string[]; readonly tooDeep: number } {
  const drafts = new Map<string, TaskRunDraft>();
  const unknown = new Set<string>();
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
        spec: withHosts(other?.spec ?? parent.spec, parent.spec.hosts ?? []),
        input: draft.input,
        needs: [],
      });
    }
  }
  const tooDeep = parent.depth >= parent.spec.limits.depth;
  return { drafts: tooDeep ? [] : [...drafts.values()], unknown: [...unknown], tooDeep: tooDeep ? drafts.size : 0 };
}
