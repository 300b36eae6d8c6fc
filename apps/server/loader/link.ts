/** What can be told only with all task files at hand: duplicate names, unknown tasks, flows; and the finished definitions. */
import type { Definition, PlannedTask, Resources, TaskFileProblem, TaskSpec, TriggerSpec } from "../core/definition.ts";
import { findCircles } from "./chains.ts";
import type { Draft, OperationDraft, TaskDraft } from "./draft.ts";
import { type Fault, type Locate, toProblems } from "./fault.ts";
import { planNeeds } from "./flow.ts";
import type { LoadResult } from "./protocol.ts";
import { checkReferences } from "./references.ts";
import type { TaskFile } from "./scan.ts";
import { attemptLimits, inlineSpec, operationSpec, readySpec } from "./specs.ts";
import type { OperationTask } from "./uses.ts";

export interface Loaded {
  readonly file: TaskFile;
  /** Absolute path. */
  readonly absolute: string;
  readonly hash: string;
  readonly draft: Draft | null;
  readonly problems: readonly TaskFileProblem[];
  readonly locate: Locate;
}

const NAME = /^[\p{L}\p{N}_.-]+(?:\/[\p{L}\p{N}_.-]+)*$/u;

/** Definitions of the files that are right, problems of all others. */
export function link(files: readonly Loaded[]): Omit<LoadResult, "collections"> {
  const linker = new Linker(files);
  for (const loaded of files) linker.checkName(loaded);
  for (const loaded of files) linker.checkAfter(loaded);
  linker.checkCircles();
  return linker.finish();
}

class Linker {
  readonly #files: readonly Loaded[];
  readonly #names: ReadonlySet<string>;
  readonly #faults = new Map<Loaded, Fault[]>();
  readonly #definitions = new Map<string, Definition>();

  constructor(files: readonly Loaded[]) {
    this.#files = files;
    this.#names = new Set(files.map((loaded) => loaded.file.name));
  }

  checkName(loaded: Loaded): void {
    const { name, path } = loaded.file;
    const others = this.#files
      .filter((other) => other.file.name === name && other !== loaded)
      .map((other) => other.file.path);
    if (others.length > 0) {
      this.#add(loaded, {
        path: [],
        message: `the name "${name}" is taken twice: ${[path, ...others].sort().join(", ")}`,
        mend: "Rename one of the files.",
      });
    }
    if (!NAME.test(name)) {
      this.#add(loaded, {
        path: [],
        message: `"${name}" is no task name`,
        mend: "Use letters, digits, `_`, `-` and `.` in the file's name.",
      });
    }
  }

  checkAfter(loaded: Loaded): void {
    for (const [index, trigger] of (loaded.draft?.triggers ?? []).entries()) {
      if (!("after" in trigger)) continue;
      const path = ["triggers", index, "after"];
      if (!this.#names.has(trigger.after)) this.#add(loaded, this.#unknown(trigger.after, path));
    }
  }

  checkCircles(): void {
    for (const [loaded, fault] of findCircles(this.#files)) this.#add(loaded, fault);
  }

  finish(): Omit<LoadResult, "collections"> {
    const definitions = this.#files.flatMap((loaded) => this.#define(loaded) ?? []);
    const served = new Set(definitions.map((definition) => definition.name));
    return {
      definitions,
      problems: this.#files.flatMap((loaded) => [
        ...loaded.problems,
        ...toProblems(loaded.file.path, this.#faults.get(loaded) ?? [], loaded.locate),
      ]),
      broken: [...this.#names].filter((name) => !served.has(name)),
    };
  }

  /** Operations are defined after those that they use; circles have been refused before. */
  #define(loaded: Loaded): Definition | null {
    const { draft } = loaded;
    const { name } = loaded.file;
    const known = this.#definitions.get(name);
    if (known !== undefined || draft === null || !this.#isRight(loaded)) return known ?? null;
    const definition = draft.kind === "operation" ? this.#operation(loaded, draft) : singleTask(loaded, draft);
    if (!this.#isRight(loaded)) return null;
    this.#definitions.set(name, definition);
    return definition;
  }

  #operation(loaded: Loaded, draft: OperationDraft): Definition {
    const faults: Fault[] = [];
    const { needs, flow } = planNeeds(draft, faults);
    const tasks = [...draft.uses].flatMap(([name, task]): PlannedTask[] => {
      const { use } = task;
      const spec =
        "use" in use
          ? this.#usedSpec(task.path, use.use, faults)
          : "ready" in use
            ? readySpec(use.ready)
            : inlineSpec(loaded, use);
      return spec ? [plannedTask(`${loaded.file.name}/${name}`, name, task, needs.get(name) ?? [], spec)] : [];
    });
    if (faults.length === 0) checkReferences(draft, tasks, faults);
    for (const fault of faults) this.#add(loaded, fault);
    const timeout = draft.timeout === undefined ? {} : { timeout: draft.timeout };
    const concurrency = draft.concurrency === undefined ? {} : { concurrency: draft.concurrency };
    return { ...head(loaded, draft), kind: "operation", flow, tasks, ...timeout, ...concurrency };
  }

  #usedSpec(at: Fault["path"], use: string, faults: Fault[]): TaskSpec | null {
    const path = [...at, "use"];
    const file = this.#files.find((loaded) => loaded.file.name === use);
    const used = file ? this.#define(file) : null;
    if (used?.kind === "operation") return operationSpec(used);
    if (used) return used.tasks[0]?.spec ?? null;
    faults.push(
      file
        ? {
            path,
            message: `the task "${use}" cannot be used: ${file.file.path} has errors`,
            mend: `Correct ${file.file.path}.`,
          }
        : this.#unknown(use, path),
    );
    return null;
  }

  #unknown(name: string, path: Fault["path"]): Fault {
    const known = [...this.#names].sort().join(", ") || "none yet";
    return { path, message: `unknown task "${name}"`, mend: `Name one of the task files: ${known}.` };
  }

  #add(loaded: Loaded, fault: Fault): void {
    this.#faults.set(loaded, [...(this.#faults.get(loaded) ?? []), fault]);
  }

  #isRight(loaded: Loaded): boolean {
    return loaded.draft !== null && loaded.problems.length === 0 && !this.#faults.has(loaded);
  }
}

function head(loaded: Loaded, draft: Draft): Omit<Definition, "kind" | "flow" | "tasks"> {
  return {
    name: loaded.file.name,
    description: draft.description,
    path: loaded.file.path,
    hash: loaded.hash,
    file: loaded.absolute,
    input: draft.input?.json ?? null,
    triggers: draft.triggers.map((trigger) => inFile(loaded, trigger)),
  };
}

/** The function of a condition is found again by the name of its file. */
function inFile({ file }: Loaded, trigger: TriggerSpec): TriggerSpec {
  const check = "when" in trigger ? trigger.when.check : undefined;
  if (!("when" in trigger) || typeof check !== "object" || check === null) return trigger;
  return { ...trigger, when: { ...trigger.when, check: { ...check, of: file.name } } };
}

function singleTask(loaded: Loaded, draft: TaskDraft): Definition {
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

function plannedTask(
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
      ...{ ...spec, retry: use.retry ?? spec.retry, timeout: use.timeout ?? spec.timeout },
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

/** An expression is read as one when it is calculated, not filled in as text. */
function givenTo(use: OperationTask["use"]): Pick<PlannedTask, "with" | "calculate"> {
  const given = use.with as PlannedTask["with"];
  if (!("ready" in use) || use.ready.server?.type !== "calculate") return { with: given };
  const { expression, ...rest } = given;
  return { with: rest, calculate: String(expression) };
}
