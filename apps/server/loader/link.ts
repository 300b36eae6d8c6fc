/** What can be told only with all task files at hand: duplicate names, unknown tasks, flows; and the finished definitions. */
import type { Definition, Resources, TaskFileProblem, TaskSpec } from "../core/definition.ts";
import { beyond, type Capacity } from "../core/resources.ts";
import { findCircles } from "./chains.ts";
import { head, plannedTask, singleTask } from "./define.ts";
import type { Draft, OperationDraft } from "./draft.ts";
import { type Fault, type Locate, toProblems } from "./fault.ts";
import { planNeeds } from "./flow.ts";
import type { LoadResult } from "./protocol.ts";
import { checkReferences } from "./references.ts";
import type { TaskFile } from "./scan.ts";
import { inlineSpec, operationSpec, readySpec, unknownSpec } from "./specs.ts";
import type { OperationTask } from "./uses.ts";

export interface Loaded {
  readonly file: TaskFile;
  /** Absolute path. */
  readonly absolute: string;
  readonly hash: string;
  /** With `problems`: what remains of the file, to be checked but not served. */
  readonly draft: Draft | null;
  readonly problems: readonly TaskFileProblem[];
  readonly locate: Locate;
}

const RESOURCES_MEND = "Its runs would wait for ever on this machine. Ask for less, or serve it on a larger machine.";
const NAME = /^[\p{L}\p{N}_.-]+(?:\/[\p{L}\p{N}_.-]+)*$/u;

/**
 * Definitions of the files that are right, problems of all others.
 * @param capacity what tasks may take on this machine; what asks for more is served, with a warning
 */
export function link(files: readonly Loaded[], capacity: Capacity | null): Omit<LoadResult, "collections"> {
  const linker = new Linker(files, capacity);
  for (const loaded of files) linker.checkName(loaded);
  for (const loaded of files) linker.checkAfter(loaded);
  linker.checkCircles();
  return linker.finish();
}

class Linker {
  readonly #files: readonly Loaded[];
  readonly #names: ReadonlySet<string>;
  readonly #capacity: Capacity | null;
  readonly #faults = new Map<Loaded, Fault[]>();
  readonly #warnings = new Map<Loaded, Fault[]>();
  readonly #circles = new Set<Loaded>();
  /** Null: wrong, or being checked. */
  readonly #definitions = new Map<Loaded, Definition | null>();

  constructor(files: readonly Loaded[], capacity: Capacity | null) {
    this.#files = files;
    this.#capacity = capacity;
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
    for (const [index, trigger] of loaded.draft?.triggers ?? []) {
      if (!("after" in trigger)) continue;
      const path = ["triggers", index, "after"];
      if (!this.#names.has(trigger.after)) this.#add(loaded, this.#unknown(trigger.after, path));
    }
  }

  checkCircles(): void {
    for (const [loaded, fault] of findCircles(this.#files)) {
      this.#add(loaded, fault);
      this.#circles.add(loaded);
    }
  }

  finish(): Omit<LoadResult, "collections"> {
    const definitions = this.#files.flatMap((loaded) => this.#define(loaded) ?? []);
    const served = new Set(definitions.map((definition) => definition.name));
    return {
      definitions,
      problems: this.#files.flatMap((loaded) => [
        ...loaded.problems,
        ...toProblems(loaded.file.path, this.#faults.get(loaded) ?? [], loaded.locate),
        ...toProblems(loaded.file.path, this.#warnings.get(loaded) ?? [], loaded.locate),
      ]),
      broken: [...this.#names].filter((name) => !served.has(name)),
    };
  }

  /** Operations are defined after those that they use. A file that is wrong is checked as well, so that all is said at once. */
  #define(loaded: Loaded): Definition | null {
    const { draft } = loaded;
    const known = this.#definitions.get(loaded);
    if (known !== undefined || draft === null) return known ?? null;
    this.#definitions.set(loaded, null);
    const definition = draft.kind === "operation" ? this.#operation(loaded, draft) : singleTask(loaded, draft);
    this.#checkResources(loaded, draft);
    if (!this.#isRight(loaded)) return null;
    this.#definitions.set(loaded, definition);
    return definition;
  }

  #operation(loaded: Loaded, draft: OperationDraft): Definition {
    const faults: Fault[] = [];
    // Of an operation that is known in part, what is missing elsewhere would seem to be missing here.
    const { needs, flow } = planNeeds(draft, draft.isPart ? [] : faults);
    const isOrdered = faults.length === 0;
    const tasks = [...draft.uses].map(([name, task]) => {
      const spec = this.#specOf(loaded, task, faults);
      faults.push(...pointlessTolerance(task, spec));
      return plannedTask(`${loaded.file.name}/${name}`, name, task, needs.get(name) ?? [], spec);
    });
    if (isOrdered && !draft.isPart) checkReferences(draft, tasks, faults);
    for (const fault of faults) this.#add(loaded, fault);
    const timeout = draft.timeout === undefined ? {} : { timeout: draft.timeout };
    const concurrency = draft.concurrency === undefined ? {} : { concurrency: draft.concurrency };
    return { ...head(loaded, draft), kind: "operation", flow, tasks, ...timeout, ...concurrency };
  }

  #specOf(loaded: Loaded, { use, path }: OperationTask, faults: Fault[]): TaskSpec {
    if ("ready" in use) return readySpec(use.ready);
    return "use" in use ? this.#usedSpec(loaded, [...path, "use"], use.use, faults) : inlineSpec(loaded, use);
  }

  #usedSpec(user: Loaded, path: Fault["path"], use: string, faults: Fault[]): TaskSpec {
    const file = this.#files.find((loaded) => loaded.file.name === use);
    const used = file ? this.#define(file) : null;
    if (used?.kind === "operation") return operationSpec(used);
    const [task] = used?.tasks ?? [];
    if (task) return task.spec;
    // That they use each other has been said.
    if (file && this.#circles.has(file) && this.#circles.has(user)) return unknownSpec(use);
    faults.push(
      file
        ? {
            path,
            message: `the task "${use}" cannot be used: ${file.file.path} has errors`,
            mend: `Correct ${file.file.path}.`,
          }
        : this.#unknown(use, path),
    );
    return unknownSpec(use);
  }

  /** It would be served, and wait for ever. */
  #checkResources(loaded: Loaded, draft: Draft): void {
    const given =
      draft.kind === "operation"
        ? [...draft.uses.values()].map(({ path, use }) => ({ path, resources: use.resources }))
        : [{ path: [], resources: draft.resources }];
    const warnings = given.flatMap(({ path, resources }): Fault[] => {
      const message = this.#capacity && beyond((resources ?? {}) as Resources, this.#capacity);
      return message === null ? [] : [{ path: [...path, "resources"], message, mend: RESOURCES_MEND }];
    });
    if (warnings.length > 0) this.#warnings.set(loaded, warnings);
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

/** A tolerance where nothing below the task could fail. */
function pointlessTolerance({ use, path }: OperationTask, spec: TaskSpec): Fault[] {
  const spawns = "use" in use && spec.kind !== "shell" && spec.server === undefined;
  if (use.toleratedFailures === undefined || use.each !== undefined || spawns) return [];
  return [
    {
      path: [...path, "toleratedFailures"],
      message: "`toleratedFailures` means nothing here: the task has no subtasks",
      mend: "Remove it, or give the task `each`: its own failure is never tolerated. `fallback` says what runs then.",
    },
  ];
}
