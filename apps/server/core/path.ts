/** Paths into JSON data: `pull.output.files[0]["the name"]`. They only look things up; nothing in them is ever executed. */
import type { Json } from "./json.ts";

/** From the root's name inwards. */
export type DataPath = readonly (string | number)[];

/** What is wrong with a path, template or condition, and where in its text (`position` counts from 1). */
export class ExpressionError extends Error {
  override readonly name = "ExpressionError";
  readonly position: number;

  constructor(message: string, position: number) {
    super(`${message} at position ${position}`);
    this.position = position;
  }
}

export interface PathRead {
  readonly path: DataPath;
  /** Index of the first character behind it. */
  readonly end: number;
}

const NAME = /[\p{L}\p{N}_-]+/uy;
const INDEX = /\[\s*(\d{1,15})\s*\]/uy;
const KEY = /\[\s*("(?:[^"\\]|\\.)*"|'[^']*')\s*\]/uy;
/** Roots that are not the name of a task. */
const FIRST_EXPECTED = "expected a name (of a task, or input, run, state)";

/** Reads the path that begins at `start`. Throws ExpressionError. */
export function readPath(text: string, start: number): PathRead {
  const path: (string | number)[] = [];
  let at = start;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) at += match[0].length;
    return match;
  };
  for (let expected = FIRST_EXPECTED; ; expected = "expected a name behind the dot") {
    const name = take(NAME);
    if (name === null) throw new ExpressionError(`${expected}, got ${shown(text, at)}`, at + 1);
    path.push(name[0]);
    while (text[at] === "[") {
      const open = at;
      const index = take(INDEX);
      const key = index === null ? take(KEY) : null;
      if (index !== null) path.push(Number(index[1]));
      else if (key !== null) path.push(unquote(key[1] ?? "", open));
      else throw new ExpressionError('expected `[0]` or `["name"]`', open + 1);
    }
    if (text[at] !== ".") return { path, end: at };
    at += 1;
  }
}

/** What lies at the path; undefined: nothing does. `length` of a list or text is its length. */
export function lookUp(data: unknown, path: DataPath): Json | undefined {
  let value = data;
  for (const part of path) {
    if (part === "length" && (typeof value === "string" || Array.isArray(value))) value = value.length;
    else if (typeof value === "object" && value !== null && Object.hasOwn(value, part))
      value = (value as Record<string | number, unknown>)[part];
    else return undefined;
  }
  return value as Json | undefined;
}

/** The path as one writes it. */
export function pathText(path: DataPath): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    if (!/^[\p{L}\p{N}_-]+$/u.test(part)) return `${text}[${JSON.stringify(part)}]`;
    return text === "" ? part : `${text}.${part}`;
  }, "");
}

function unquote(quoted: string, at: number): string {
  if (quoted.startsWith("'")) return quoted.slice(1, -1);
  try {
    return JSON.parse(quoted);
  } catch {
    throw new ExpressionError(`expected a text in quotes, got ${quoted}`, at + 1);
  }
}

function shown(text: string, at: number): string {
  return at >= text.length ? "the end" : JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0));
}
