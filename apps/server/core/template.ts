/**
 * Templates: `${pull.output.path}` inside texts of a task file. A text that is one template whole becomes the JSON value itself;
 * inside other text the value is put in as text. `$${` is a plain `${`. Only what stands in a task file is ever read as a template.
 */
import { type Json, jsonText } from "./json.ts";
import { type DataPath, ExpressionError, lookUp, pathText, readPath } from "./path.ts";

export type Template = readonly (string | { readonly path: DataPath; readonly position: number })[];

/** A path that leads nowhere when its value is needed. */
export class MissingValueError extends Error {
  override readonly name = "MissingValueError";
}

/** Reads one text. Throws ExpressionError. */
export function parseTemplate(text: string): Template {
  const parts: (string | { path: DataPath; position: number })[] = [];
  let plain = "";
  let at = 0;
  for (;;) {
    const open = text.indexOf("${", at);
    if (open < 0) break;
    if (text[open - 1] === "$" && open > at) {
      plain += `${text.slice(at, open - 1)}\${`;
      at = open + 2;
      continue;
    }
    const start = open + 2 + (/^\s*/.exec(text.slice(open + 2))?.[0].length ?? 0);
    const { path, end } = readPath(text, start);
    const close = end + (/^\s*/.exec(text.slice(end))?.[0].length ?? 0);
    if (text[close] !== "}") throw new ExpressionError("expected `}` after the path", close + 1);
    plain += text.slice(at, open);
    if (plain !== "") parts.push(plain);
    parts.push({ path, position: start + 1 });
    plain = "";
    at = close + 1;
  }
  plain += text.slice(at);
  return plain === "" ? parts : [...parts, plain];
}

/** A path that a template names, and where. */
export interface Reference {
  readonly path: DataPath;
  /** Of the text it stands in, below the value that was searched. */
  readonly at: readonly (string | number)[];
  readonly position: number;
}

/** Every path that texts in `value` name. Throws ExpressionError, with the place of the text in `at`. */
export function referencesIn(value: unknown, at: readonly (string | number)[] = []): Reference[] {
  if (typeof value === "string") {
    return parseTemplate(value).flatMap((part) => (typeof part === "string" ? [] : [{ ...part, at }]));
  }
  if (Array.isArray(value)) return value.flatMap((part, index) => referencesIn(part, [...at, index]));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => referencesIn(part, [...at, key]));
}

/** Whether there is anything to fill in. */
export function hasTemplates(value: unknown): boolean {
  if (typeof value === "string") return value.includes("${");
  return typeof value === "object" && value !== null && Object.values(value).some(hasTemplates);
}

/** `value` with its templates filled in from `data`. What is filled in is never read as a template. Throws MissingValueError. */
export function fillIn(value: Json, data: unknown): Json {
  if (typeof value === "string") return fillText(value, data);
  if (Array.isArray(value)) return value.map((part) => fillIn(part, data));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, fillIn(part, data)]));
}

function fillText(text: string, data: unknown): Json {
  if (!text.includes("${")) return text;
  const parts = parseTemplate(text);
  const [only] = parts;
  if (parts.length === 1 && typeof only === "object") return valueAt(only.path, data);
  return parts.map((part) => (typeof part === "string" ? part : asText(valueAt(part.path, data)))).join("");
}

function valueAt(path: DataPath, data: unknown): Json {
  const value = lookUp(data, path);
  if (value !== undefined) return value;
  const known = path.findIndex((_part, index) => lookUp(data, path.slice(0, index + 1)) === undefined);
  const parent = pathText(path.slice(0, known));
  const what = known === 0 ? "there is no such name" : `${parent} is ${described(lookUp(data, path.slice(0, known)))}`;
  throw new MissingValueError(`\${${pathText(path)}} leads nowhere: ${what}`);
}

function asText(value: Json): string {
  return typeof value === "string" ? value : jsonText(value);
}

function described(value: Json | undefined): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value !== "object" || value === null) return value === null ? "null" : `a ${typeof value}`;
  const keys = Object.keys(value);
  return keys.length === 0 ? "an empty object" : `an object with ${keys.slice(0, 10).join(", ")}`;
}
