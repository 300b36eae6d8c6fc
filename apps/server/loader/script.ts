/** TypeScript task files: imports one and says in which line what is wrong. */
import { readFileSync } from "node:fs";
import { basename, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isDefinition } from "../../sdk/definition.ts";
import type { TaskFileProblem } from "../core/definition.ts";
import { type Draft, draftOf } from "./draft.ts";
import { type Fault, type Locate, type Place, toProblems } from "./fault.ts";
import { scriptInput } from "./input.ts";

export interface ScriptFile {
  readonly draft: Draft | null;
  readonly problems: readonly TaskFileProblem[];
  readonly locate: Locate;
}

/** Imports and checks one script. `file` is its absolute path, `path` the one below `folder`. */
export async function readScript(folder: string, path: string, file: string, text: string): Promise<ScriptFile> {
  const locate: Locate = (fault) => placeInSource(text, fault);
  let exported: unknown;
  try {
    const module: Record<string, unknown> = await import(pathToFileURL(file).href);
    exported = module.default;
  } catch (error) {
    return { draft: null, problems: [importProblem(folder, path, file, error)], locate };
  }
  const faults: Fault[] = [];
  const draft = await readExport(exported, faults);
  return { draft, problems: toProblems(path, faults, locate), locate };
}

async function readExport(exported: unknown, faults: Fault[]): Promise<Draft | null> {
  if (!isDefinition(exported)) {
    const came = exported === undefined ? "has no default export" : `exports ${whatIs(exported)} by default`;
    faults.push({
      path: [],
      message: `the file ${came}; expected a task`,
      mend: "Write `export default browser({ … })` (or shell, code, operation). A file that only helps others starts its name with `_`.",
    });
    return null;
  }
  const { kind, ...options } = exported;
  return draftOf(kind, options, scriptInput, faults);
}

function whatIs(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "object" ? "a plain object" : `a ${typeof value}`;
}

function importProblem(folder: string, path: string, file: string, error: unknown): TaskFileProblem {
  const thrown = error instanceof Error ? error : new Error(`the file threw ${whatIs(error)}`);
  const found = placeOfError(folder, thrown);
  const elsewhere = found !== null && found.file !== file;
  return {
    path: elsewhere ? relative(folder, found.file) : path,
    line: found?.line ?? null,
    column: found?.column ?? null,
    message: `${thrown.name === "Error" ? "" : `${thrown.name}: `}${firstLine(thrown.message)}${elsewhere ? ` (imported by ${path})` : ""}`,
    mend: mendOf(thrown),
  };
}

function mendOf(error: Error): string {
  const code = "code" in error ? error.code : "";
  if (code === "ERR_MODULE_NOT_FOUND")
    return "Correct the path (with its extension), or install the package in the tasks folder.";
  if (code === "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX")
    return "Use only syntax that can be erased: no enums, parameter properties or namespaces.";
  if (error instanceof SyntaxError) return "Correct the syntax here.";
  return "The file threw while it was imported; do such work inside `run`.";
}

interface FoundPlace extends Place {
  readonly file: string;
}

function placeOfError(folder: string, error: Error): FoundPlace | null {
  return (
    placeOfMissing(folder, error) ?? placeInHead(folder, error.stack ?? "") ?? placeInFrames(folder, error.stack ?? "")
  );
}

/** `Cannot find module 'x' imported from /file`: the line that names it. */
function placeOfMissing(folder: string, error: Error): FoundPlace | null {
  const match = /^Cannot find \w+ '([^']+)' imported from (\S+)/.exec(error.message);
  if (!match) return null;
  const file = toFile(match[2] ?? "");
  if (!file.startsWith(folder)) return null;
  const wanted = basename(match[1] ?? "");
  const lines = readFileSync(file, "utf8").split("\n");
  const index = lines.findIndex((line) => /\b(import|from)\b/.test(line) && line.includes(wanted));
  return index < 0 ? null : { file, line: index + 1, column: (lines[index] ?? "").indexOf(wanted) + 1 };
}

/** Node puts `file:line`, a few source lines and a caret before a syntax error. */
function placeInHead(folder: string, stack: string): FoundPlace | null {
  const match = /^(\S+):(\d+)\n(?:(?:[^\n]*\n){1,6}?( *)\^)?/.exec(stack);
  if (!match) return null;
  const file = toFile(match[1] ?? "");
  return file.startsWith(folder) ? { file, line: Number(match[2]), column: (match[3]?.length ?? 0) + 1 } : null;
}

function placeInFrames(folder: string, stack: string): FoundPlace | null {
  for (const match of stack.matchAll(/(?:at |\()((?:file:\/\/)?\/[^\n()]*?):(\d+):(\d+)\)?$/gm)) {
    const file = toFile(match[1] ?? "");
    if (file.startsWith(folder)) return { file, line: Number(match[2]), column: Number(match[3]) };
  }
  return null;
}

function toFile(address: string): string {
  return address.startsWith("file:") ? fileURLToPath(address) : address;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

/** A checked value no longer knows its line, so the source is searched for the key, or for the text itself. */
function placeInSource(source: string, fault: Fault): Place | null {
  const names = fault.path.filter((part) => typeof part === "string");
  for (const name of names.toReversed()) {
    const offset = source.search(new RegExp(`(?<![\\w$])["']?${escaped(name)}["']?\\s*[:(]`));
    if (offset >= 0) return placeAt(source, offset);
  }
  const offset = source.search(/\bexport\s+default\b/);
  return placeAt(source, Math.max(0, offset));
}

function placeAt(source: string, offset: number): Place {
  const before = source.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

function escaped(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N}_]/gu, "\\$&");
}
