/** Builds what a script's `run` is given, and collects what it asks for until its attempt succeeds. */
import { createReadStream } from "node:fs";
import { realpath } from "node:fs/promises";
import { basename, resolve, sep } from "node:path";
import { formatWithOptions } from "node:util";
import type { Collection } from "../../sdk/collection.ts";
import type { DownloadedFile, FileDraftOptions, SaveOptions, SpawnOptions, TaskContext } from "../../sdk/context.ts";
import type { GivenLinks } from "../core/browsing.ts";
import type { StateEntry } from "../core/entities.ts";
import type { Assignment, FileDraft, Level, RecordDraft, SpawnDraft } from "../core/execution.ts";
import { safeFileName } from "../core/file-name.ts";
import type { FileStore } from "../core/files.ts";
import { canonicalJson, type Json, type JsonObject } from "../core/json.ts";
import { mediaTypeOf } from "../core/media-type.ts";
import type { Recalled, Remembered } from "../core/recrawl.ts";
import { urlKey } from "../core/url-key.ts";
import { toJsonObject } from "./json-value.ts";
import { landingsOf } from "./landings.ts";
import type { LoadedSession, Scope } from "./protocol.ts";
import { type ForeignSchemas, recordOf } from "./record.ts";
import { stateAccess } from "./state.ts";

export interface Drafts {
  readonly spawned: SpawnDraft[];
  readonly records: RecordDraft[];
  readonly files: FileDraft[];
  report: JsonObject;
  /** What the script's own key rule calls this task run. */
  ownKey: string | null;
}

/** What an attempt may ask of the server. */
export interface Host {
  log(level: Level, text: string): void;
  getState(scope: Scope, key: string): Promise<Json | undefined>;
  getStateEntry(scope: Scope, key: string): Promise<StateEntry | null>;
  setState(scope: Scope, key: string, value: Json, version?: number): Promise<number>;
  stateHistory(scope: Scope, key: string, limit: number): Promise<readonly StateEntry[]>;
  incrementState(scope: Scope, key: string, by: number): Promise<Json>;
  mergeState(scope: Scope, key: string, patch: JsonObject): Promise<Json>;
  deleteState(scope: Scope, key: string): Promise<void>;
  loadSession(): Promise<LoadedSession>;
  loadProxy(): Promise<string | null>;
  land(key: string): Promise<boolean>;
  recall(what: Recalled, url: string): Promise<Remembered | null>;
}

export interface ContextParts {
  readonly assignment: Assignment;
  readonly input: unknown;
  readonly signal: AbortSignal;
  readonly files: FileStore;
  readonly host: Host;
  readonly drafts: Drafts;
  readonly schemas: ForeignSchemas;
  /** What the task's pages say about an address; null for tasks that do not browse. */
  readonly links: GivenLinks | null;
  /** Whether its run has this subtask, as far as is known here. */
  isKnown(task: string, key: string): boolean;
}

export function emptyDrafts(): Drafts {
  return { spawned: [], records: [], files: [], report: {}, ownKey: null };
}

export function createContext(parts: ContextParts): TaskContext<unknown> {
  const { assignment, drafts, host } = parts;
  const { runId, runName, taskRunId, task, key, parent, attempt } = assignment;
  return {
    input: parts.input,
    run: { id: runId, name: runName },
    task: { id: taskRunId, name: task, key, parent, attempt },
    signal: parts.signal,
    staging: assignment.staging,
    state: stateAccess(host, "global", parts.signal),
    nodeState: stateAccess(host, "node", parts.signal),
    log: (...values) => host.log("info", formatWithOptions({ depth: 6 }, ...values)),
    async save(collection: string | Collection, data: unknown, options?: SaveOptions) {
      const record = recordOf(collection, data, options ?? {}, parts.schemas);
      drafts.records.push(record instanceof Promise ? await record : record);
    },
    spawn: async (inputs, options) => spawn(parts, inputs, (options ?? {}) as SpawnOptions<object>),
    saveFile: (source, options) => saveFile(parts, source, options ?? {}),
    report(facts) {
      drafts.report = { ...drafts.report, ...toJsonObject(facts, "the report") };
    },
  };
}

/** What its run has is not sent again. */
function spawn(
  { assignment, input, drafts, links, isKnown }: ContextParts,
  inputs: object | readonly object[],
  options: SpawnOptions<object>,
): void {
  const list: readonly object[] = Array.isArray(inputs) ? inputs : [inputs];
  const landingOf = landingsOf(options, links);
  const task = options.task ?? assignment.task;
  const spawned = list.flatMap((given, index) => {
    const what = list.length > 1 ? `input ${index} of spawn` : "the input of spawn";
    const key = keyOf(given, what, options);
    return isKnown(task, key) ? [] : [{ ...spawnOf(given, key, what, options), ...landingOf(key) }];
  });
  // All or none, and one by one: a list may be longer than a call takes arguments.
  for (const draft of spawned) drafts.spawned.push(draft);
  if (options.key && task === assignment.task) drafts.ownKey ??= ownKeyOf(input, options);
}

function keyOf(given: object, what: string, options: SpawnOptions<object>): string {
  const isObject = typeof given === "object" && given !== null;
  const key = options.key && isObject ? options.key(given) : canonicalJson(toJsonObject(given, what));
  if (typeof key !== "string" || key === "")
    throw new TypeError(`the key of a subtask must be a text, got ${JSON.stringify(key)} for ${JSON.stringify(given)}`);
  return normalKey(key, options);
}

function spawnOf(given: object, key: string, what: string, options: SpawnOptions<object>): SpawnDraft {
  const priority = options.priority?.(given);
  if (priority !== undefined && !Number.isFinite(priority))
    throw new TypeError(`the priority of a subtask must be a number, got ${JSON.stringify(priority)} for ${key}`);
  const task = options.task ?? null;
  return { task, key, input: toJsonObject(given, what), ...(priority === undefined ? {} : { priority }) };
}

function normalKey(key: string, options: SpawnOptions<object>): string {
  return options.exactKey ? key : urlKey(key);
}

/** The rule is written for the inputs of subtasks; where it does not fit the task's own input, that has no key. */
function ownKeyOf(input: unknown, options: SpawnOptions<object>): string | null {
  try {
    const key = options.key?.(input as object);
    return typeof key === "string" && key !== "" ? normalKey(key, options) : null;
  } catch {
    return null;
  }
}

async function saveFile(parts: ContextParts, source: unknown, options: FileDraftOptions): Promise<DownloadedFile> {
  const { bytes, name, type } = await sourceOf(parts.assignment.staging, source);
  const safeName = safeFileName(options.name ?? name);
  const blob = await parts.files.put(bytes);
  const guessed = mediaTypeOf(safeName);
  const file = {
    name: safeName,
    ...blob,
    type: options.type ?? (guessed === "application/octet-stream" ? type : guessed),
  };
  parts.drafts.files.push({ role: "output", ...file, url: null });
  return { ...file, url: "", changed: true };
}

interface Source {
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly name: string;
  /** When the name tells none. */
  readonly type: string;
}

async function sourceOf(staging: string, source: unknown): Promise<Source> {
  if (typeof source === "string") return { bytes: one(Buffer.from(source)), name: "text.txt", type: "text/plain" };
  if (source instanceof Uint8Array) return { bytes: one(source), name: "file", type: "application/octet-stream" };
  if (typeof source === "object" && source !== null && "path" in source && typeof source.path === "string") {
    const path = await inside(staging, source.path);
    return { bytes: createReadStream(path), name: basename(path), type: "application/octet-stream" };
  }
  throw new TypeError("saveFile expects a text, bytes, or { path } of a file in the staging folder");
}

/** Only files of the run's own folder can be kept, links out of it included. */
async function inside(staging: string, path: string): Promise<string> {
  const real = await realpath(resolve(staging, path));
  if (real.startsWith((await realpath(staging)) + sep)) return real;
  throw new Error(`saveFile takes files of the staging folder only, got ${path}; copy it into \`staging\` first`);
}

async function* one(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
