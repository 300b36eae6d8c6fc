/**
 * The loader's own process: imports task files, which is running other people's code, and answers with plain data.
 * It lives until the next load and keeps the real schemas, to check input with.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { readFile, realpath } from "node:fs/promises";
import { flushCompileCache } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { createBirpc } from "birpc";
import { type ZodType, z } from "zod";
import { dieWithParent, resolveUltravisor } from "../../sdk/child-process.ts";
import { declared } from "../../sdk/collection.ts";
import type { DeclaredCollection } from "../core/definition.ts";
import type { JsonObject } from "../core/json.ts";
import type { Capacity } from "../core/resources.ts";
import { addressFaults } from "../core/web-address.ts";
import { toFields } from "./fault.ts";
import { type Loaded, link } from "./link.ts";
import type { ChildFunctions, Excluded, LoadResult, ParentFunctions, ParseResult } from "./protocol.ts";
import { readRecording } from "./recording.ts";
import { scan, type TaskFile } from "./scan.ts";
import { readScript } from "./script.ts";
import { readYaml } from "./yaml.ts";

const imports = new Map<string, Set<string>>();
const schemas = new Map<string, ZodType | null>();
/** Inputs of browser tasks, whose addresses are to be opened. */
const addresses = new Map<string, JsonObject>();

dieWithParent(false);
resolveUltravisor((url, importer) => imports.set(importer, (imports.get(importer) ?? new Set()).add(url)));
// A task file may leave a promise behind; that is its own affair and ends nothing here.
process.on("unhandledRejection", (error) => console.error(error));
process.on("uncaughtException", (error) => console.error(error));

const server = createBirpc<ParentFunctions, ChildFunctions>(
  { load, parse },
  { post: (data) => process.send?.(data), on: (listen) => process.on("message", listen), timeout: -1 },
);

const EXCLUDED_MEND = "Do such work inside `run`, not while the file is imported.";

async function load(folder: string, excluded: readonly Excluded[], capacity: Capacity | null): Promise<LoadResult> {
  const loaded: Loaded[] = [];
  const { files, problems } = await scan(folder);
  for (const file of files) {
    const reason = excluded.find((other) => other.path === file.path);
    if (!reason) await server.importing(file.path);
    const checked = reason ? unread(folder, file, reason.message, EXCLUDED_MEND) : await read(folder, file);
    if (checked) loaded.push(checked);
  }
  const linked = link(loaded, capacity);
  const result = { ...linked, problems: [...problems, ...linked.problems] };
  const served = new Set(result.definitions.map((definition) => definition.name));
  flushCompileCache();
  for (const { file, draft } of loaded.filter((each) => served.has(each.file.name))) {
    schemas.set(file.name, draft?.input?.zod ?? null);
    if (draft?.kind === "browser" && draft.input) addresses.set(file.name, draft.input.json);
  }
  return JSON.parse(JSON.stringify({ ...result, collections: collections() })) as LoadResult;
}

/** Declared by whatever was imported, as JSON Schema of what is kept. */
function collections(): DeclaredCollection[] {
  return [...declared().values()].map(({ name, schema }) => ({
    name,
    schema: z.toJSONSchema(schema, { io: "output", unrepresentable: "any" }) as JsonObject,
  }));
}

/** Null: a file of another kind, which is none of our business. */
async function read(folder: string, file: TaskFile): Promise<Loaded | null> {
  try {
    // What is imported has its real path, by which what it imports is found again.
    const absolute = await realpath(join(folder, file.path));
    const checked = await readText(folder, file, absolute, await readFile(absolute, "utf8"));
    return checked && { file, absolute, hash: hashOf(absolute), ...checked };
  } catch (error) {
    const message = `the file cannot be checked: ${error instanceof Error ? error.message : String(error)}`;
    return unread(folder, file, message, "Make sure that it can be read, and that its options are plain values.");
  }
}

function readText(folder: string, { path, type }: TaskFile, absolute: string, text: string) {
  if (type === "json") return readRecording(path, text);
  return type === "yaml" ? readYaml(path, text) : readScript(folder, path, absolute, text);
}

function unread(folder: string, file: TaskFile, message: string, mend: string): Loaded {
  const problem = { path: file.path, line: 1, column: 1, message, mend };
  return { file, absolute: join(folder, file.path), hash: "", draft: null, problems: [problem], locate: () => null };
}

/** Over the file and whatever of the author's own files it imports: an edit to any of them gives a fresh runner. */
function hashOf(file: string): string {
  const files = new Set<string>();
  collect(pathToFileURL(file).href, files);
  const hash = createHash("sha256");
  for (const part of [...files].sort()) hash.update(readFileSync(part));
  return hash.digest("hex");
}

const SDK_FOLDER = new URL("../../sdk/", import.meta.url).href;

function collect(url: string, files: Set<string>): void {
  if (!url.startsWith("file:") || url.includes("/node_modules/") || url.startsWith(SDK_FOLDER)) return;
  const file = fileURLToPath(url);
  if (files.has(file)) return;
  files.add(file);
  for (const imported of imports.get(url) ?? []) collect(imported, files);
}

async function parse(name: string, input: unknown): Promise<ParseResult> {
  const schema = schemas.get(name);
  if (schema === undefined) return { type: "unknown" };
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    return { type: "invalid", fields: [{ path: "input", message: "expected an object" }] };
  }
  if (schema === null) return { type: "parsed", input: input as JsonObject };
  const result = await schema.safeParseAsync(input);
  if (!result.success) return { type: "invalid", fields: toFields(result.error, "input") };
  const fields = addressFaults(addresses.get(name) ?? {}, result.data);
  if (fields.length > 0) return { type: "invalid", fields };
  return {
    type: "parsed",
    input: (await isStable(schema, result.data)) ? (result.data as JsonObject) : (input as JsonObject),
  };
}

/** Whether a parsed value is JSON and parses to itself: then it can be kept in place of what came, defaults filled in. */
async function isStable(schema: ZodType, value: unknown): Promise<boolean> {
  if (!isDeepStrictEqual(JSON.parse(JSON.stringify(value) ?? "null"), value)) return false;
  const again = await schema.safeParseAsync(value);
  return again.success && isDeepStrictEqual(again.data, value);
}
