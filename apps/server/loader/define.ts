/** The finished definitions of task files that are right, and the tasks in them. */
import type { Definition, PlannedTask, Resources, TaskSpec, TriggerSpec } from "../core/definition.ts";
import { isTolerant, type Tolerance } from "../core/tolerance.ts";
import type { Draft, TaskDraft } from "./draft.ts";
import type { Loaded } from "./link.ts";
import { attemptLimits } from "./specs.ts";
import type { OperationTask } from "./uses.ts";

/** What all definitions have. */
export function head(loaded: Loaded, draft: Draft): Omit<Definition, "kind" | "flow" | "tasks"> {
  return {
    name: loaded.file.name,
    description: draft.description,
    path: loaded.file.path,
    hash: loaded.hash,
    file: loaded.absolute,
    input: draft.input?.json ?? null,
    triggers: [...draft.triggers.values()].map((trigger) => inFile(loaded, trigger)),
  };
}

/** The function of a condition is found again by the name of its file. */
function inFile({ file }: Loaded, trigger: TriggerSpec): TriggerSpec {
  const check = "when" in trigger ? trigger.when.check : undefined;
  if (!("when" in trigger) || typeof check !== "object" || check === null) return trigger;
  return { ...trigger, when: { ...trigger.when, check: { ...check, of: file.name } } };
}

/** The definition of a file that is one task. */
export function singleTask(loaded: Loaded, draft: TaskDraft): Definition {
  const { name } = loaded.file;
  const { kind, retry, timeout, limits, env, fixtures, command, render, session } = draft;
  const spec: TaskSpec = {
    kind,
    source: name,
    file: loaded.absolute,
    hash: loaded.hash,
    retry,
    timeout,
    limits: limits.fanOut,
    ...attemptLimits(limits.attempt),
    env,
    fixtures,
    ...(command === undefined ? {} : { command }),
    ...(draft.concurrency === undefined ? {} : { concurrency: { of: name, ...draft.concurrency } }),
    ...(draft.resources === undefined ? {} : { resources: draft.resources as Resources }),
    ...(render === undefined ? {} : { render }),
    ...(draft.traps === undefined ? {} : { traps: draft.traps }),
    ...(draft.order === undefined ? {} : { order: draft.order }),
    ...(session === undefined ? {} : { session }),
    ...toleratesOnly(draft.toleratedFailures),
    ...(draft.proxyEnv === undefined ? {} : { proxyEnv: draft.proxyEnv }),
  };
  const recording = draft.recording === undefined ? {} : { recording: draft.recording };
  return {
    ...head(loaded, draft),
    ...recording,
    kind,
    flow: "",
    tasks: [{ name, use: name, needs: [], with: {}, spec }],
  };
}

/**
 * One task of an operation.
 * @param of what its attempts count together as, where few may run at once
 */
export function plannedTask(
  of: string,
  name: string,
  task: OperationTask,
  needs: readonly string[],
  spec: TaskSpec,
): PlannedTask {
  const { use, fallbackFor, hook } = task;
  return {
    ...{
      name,
      use: "use" in use ? use.use : "ready" in use ? use.ready.name : null,
      needs,
      ...givenTo(use),
    },
    spec: {
      ...{ ...toleratingIn(use, spec), retry: use.retry ?? spec.retry, timeout: use.timeout ?? spec.timeout },
      ...(use.concurrency === undefined ? {} : { concurrency: { of, ...use.concurrency } }),
      ...(use.resources === undefined ? {} : { resources: use.resources as Resources }),
      ...attemptLimits({ ...spec.attemptLimits, ...use.limits }),
    },
    ...(use.if === undefined ? {} : { if: use.if }),
    ...(use.each === undefined ? {} : { each: use.each }),
    ...(use.failFast === true ? { failFast: true } : {}),
    ...(fallbackFor === undefined ? {} : { fallbackFor }),
    ...(hook === undefined ? {} : { hook }),
  };
}

/** What its file says of its subtasks is not meant for the items of a list, each of which is a subtask itself. */
function toleratingIn({ each, toleratedFailures }: OperationTask["use"], spec: TaskSpec): TaskSpec {
  if (toleratedFailures === undefined && each === undefined) return spec;
  const { tolerates: _itsOwn, ...rest } = spec;
  return { ...rest, ...toleratesOnly(toleratedFailures) };
}

/** Left out where every failure counts. */
function toleratesOnly(tolerance: Tolerance | undefined): Pick<TaskSpec, "tolerates"> {
  return tolerance === undefined || !isTolerant(tolerance) ? {} : { tolerates: tolerance };
}

/** An expression is read as one when it is calculated, not filled in as text. */
function givenTo(use: OperationTask["use"]): Pick<PlannedTask, "with" | "calculate"> {
  const given = use.with as PlannedTask["with"];
  if (!("ready" in use) || use.ready.server?.type !== "calculate") return { with: given };
  const { expression, ...rest } = given;
  return { with: rest, calculate: String(expression) };
}
