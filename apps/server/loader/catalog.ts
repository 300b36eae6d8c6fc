/** The task files as they are now: loads them in a process of its own, again whenever one changes, and serves the good ones. */
import { realpath, stat } from "node:fs/promises";
import { relative, resolve } from "node:path";
import { watch } from "chokidar";
import type { DeclaredCollection, Definition, TaskFileProblem } from "../core/definition.ts";
import { UltravisorError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import type { Catalog, Logger } from "../core/ports.ts";
import type { Capacity } from "../core/resources.ts";
import { ImportStopped, LoaderProcess, ParseStopped } from "./process.ts";
import type { Excluded, LoadResult } from "./protocol.ts";
import { isEndless, isIgnored } from "./scan.ts";

export interface CatalogOptions {
  /** The tasks folder. */
  readonly folder: string;
  readonly log: Logger;
  /** Environment of the process that imports task files; default: empty. */
  readonly env?: Readonly<Record<string, string>>;
  /** What tasks may take on this machine: asking for more is told as a problem. */
  readonly capacity?: Capacity;
  /** How long one file's import may take; default 10 s. */
  readonly importLimit?: number;
  /** How long checking an input may take; default 5 s. */
  readonly parseLimit?: number;
}

export interface FolderCatalog extends Catalog {
  /** Loads again now; resolves once the result is served. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

const DEBOUNCE = 150;
/** Task files, what they may import, and folders; other files that change in the tasks folder mean nothing. */
const MATTERS = /(?:\.[cm]?[jt]s|\.json|\.ya?ml|[\\/][^.\\/]+)$/;
const NOTHING: LoadResult = { definitions: [], problems: [], broken: [], collections: [] };

/** Resolves after the first load. */
export async function createCatalog(options: CatalogOptions): Promise<FolderCatalog> {
  const catalog = new LiveCatalog(options);
  await catalog.start();
  return catalog;
}

class LiveCatalog implements FolderCatalog {
  readonly #folder: string;
  readonly #options: CatalogOptions;
  readonly #listeners = new Set<() => void>();
  readonly #watcher: ReturnType<typeof watch>;
  #definitions: ReadonlyMap<string, Definition> = new Map();
  #result: LoadResult = NOTHING;
  #process: LoaderProcess | null = null;
  #loading: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: CatalogOptions) {
    this.#folder = resolve(options.folder);
    this.#options = options;
    const ignored = (path: string): boolean => isIgnored(relative(this.#folder, path)) || isEndless(path);
    this.#watcher = watch(this.#folder, { ignored, ignoreInitial: true });
  }

  /** Watches before it reads, so that no change falls between. */
  async start(): Promise<void> {
    await new Promise<void>((ready) => this.#watcher.once("ready", () => ready()));
    this.#watcher.on("all", (_event, path) => {
      if (!MATTERS.test(path)) return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.reload(), DEBOUNCE);
    });
    this.#watcher.on("error", (error) =>
      this.#options.log.warn({ error: String(error) }, "cannot watch the tasks folder"),
    );
    await this.reload();
  }

  list(): readonly Definition[] {
    return [...this.#definitions.values()];
  }

  get(name: string): Definition | undefined {
    return this.#definitions.get(name);
  }

  problems(): readonly TaskFileProblem[] {
    return this.#result.problems;
  }

  collections(): readonly DeclaredCollection[] {
    return this.#result.collections;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** One load at a time; calls that come meanwhile share the one that follows. */
  reload(): Promise<void> {
    this.#next ??= this.#loading
      .catch(() => {})
      .then(() => {
        this.#next = null;
        this.#loading = this.#load();
        return this.#loading;
      });
    return this.#next;
  }

  async parseInput(name: string, input: unknown): Promise<JsonObject> {
    this.#refuseUnknown(name);
    // Where anything goes, nobody has to be asked.
    if (this.#definitions.get(name)?.input === null && isObject(input ?? {})) return (input ?? {}) as JsonObject;
    const result = await this.#parse(name, input ?? {});
    if (result.type === "parsed") return result.input;
    if (result.type === "unknown") throw this.#unknown(name);
    const [first] = result.fields;
    throw new UltravisorError("invalid_input", `the input does not fit ${name}: ${first?.path}: ${first?.message}`, {
      fields: result.fields,
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#watcher.close();
    await this.#next;
    await this.#loading;
    await this.#process?.stop();
  }

  async #parse(name: string, input: unknown): ReturnType<LoaderProcess["parse"]> {
    const limit = this.#options.parseLimit ?? 5000;
    for (let tries = 1; ; tries += 1) {
      if (!this.#process) await this.reload();
      const asked = this.#process;
      if (!asked) throw new UltravisorError("internal", "the task files cannot be loaded; the server's log says why");
      try {
        return await asked.parse(name, input, limit);
      } catch (error) {
        // A reload replaces the process: the new one is asked. One that ended by itself or hangs is replaced here.
        if (this.#process === asked) await this.#discard(asked);
        if (error instanceof ParseStopped) throw tooSlow(name, limit);
        if (tries === 3 || this.#closed) throw error;
      }
    }
  }

  async #discard(process: LoaderProcess): Promise<void> {
    this.#process = null;
    await process.stop();
  }

  async #load(): Promise<void> {
    if (this.#closed) return;
    const old = this.#process;
    const { result, process } = await this.#loadFolder();
    this.#process = process;
    this.#result = result;
    this.#definitions = new Map(result.definitions.map((definition) => [definition.name, definition]));
    await old?.stop();
    const { log } = this.#options;
    log.info({ tasks: result.definitions.length, problems: result.problems.length }, "task files loaded");
    for (const problem of result.problems) log.warn({ ...problem }, "a task file is wrong");
    for (const listener of this.#listeners) listener();
  }

  async #loadFolder(): Promise<{ result: LoadResult; process: LoaderProcess | null }> {
    const problem = await folderProblem(this.#folder);
    if (problem) return { result: { ...NOTHING, problems: [problem] }, process: null };
    // Errors and imports name real paths, so links on the way to the folder are followed once, here.
    const folder = await realpath(this.#folder);
    const excluded: Excluded[] = [];
    for (;;) {
      const process = new LoaderProcess(this.#options.env ?? {}, this.#options.log, this.#options.capacity ?? null);
      try {
        return { result: await process.load(folder, excluded, this.#options.importLimit ?? 10_000), process };
      } catch (error) {
        await process.stop();
        const isNew =
          error instanceof ImportStopped && error.path !== "" && excluded.every((other) => other.path !== error.path);
        if (!isNew) return { result: { ...NOTHING, problems: [loaderProblem(error)] }, process: null };
        excluded.push({ path: error.path, message: error.message });
      }
    }
  }

  #refuseUnknown(name: string): void {
    if (this.#result.broken.includes(name)) {
      const problem = this.#result.problems.find((other) => other.path.replace(/\.\w+$/, "") === name);
      const where = problem ? ` (${problem.path}:${problem.line ?? 1}: ${problem.message})` : "";
      throw new UltravisorError("task_file_invalid", `the file of ${name} has errors${where}`);
    }
    if (!this.#definitions.has(name)) throw this.#unknown(name);
  }

  #unknown(name: string): UltravisorError {
    const names = [...this.#definitions.keys()].sort();
    const shown = names.slice(0, 20).join(", ") + (names.length > 20 ? ", …" : "");
    return new UltravisorError("unknown_task", `there is no task "${name}"; there are: ${shown || "none"}`);
  }
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function tooSlow(name: string, limit: number): UltravisorError {
  const message = `checking the input of ${name} took longer than ${limit} ms; simplify its schema`;
  return new UltravisorError("invalid_input", message, { fields: [{ path: "input", message }] });
}

async function folderProblem(folder: string): Promise<TaskFileProblem | null> {
  const found = await stat(folder).catch(() => null);
  if (found?.isDirectory()) return null;
  const message = `the tasks folder ${folder} ${found ? "is no folder" : "does not exist"}`;
  return {
    path: ".",
    line: null,
    column: null,
    message,
    mend: `Create it (\`npx ultravisor init ${folder}\`), or set ULTRAVISOR_TASKS.`,
  };
}

function loaderProblem(error: unknown): TaskFileProblem {
  const message = `the task files could not be loaded: ${error instanceof Error ? error.message : String(error)}`;
  return {
    path: ".",
    line: null,
    column: null,
    message,
    mend: "Look into the server's log; then change any task file to try again.",
  };
}
