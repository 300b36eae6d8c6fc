/** The words of an expression: values, paths, operators, names of functions; each with its place in the text. */
import type { Json } from "./json.ts";
import { type DataPath, ExpressionError, readPath } from "./path.ts";

export interface Token {
  readonly type: "value" | "path" | "function" | "word" | "end";
  readonly text: string;
  /** Counted from 1. */
  readonly position: number;
  readonly value?: Json;
  readonly path?: DataPath;
}

export const COMPARISONS = [
  ...(["===", "!==", "==", "!=", ">=", "<=", ">", "<"] as const),
  ...(["contains", "startsWith", "endsWith"] as const),
] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** Throws ExpressionError for a character that belongs to no word. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const { token, end } = readToken(text, at);
    if (token !== null) tokens.push(token);
    at = end;
  }
  return [...tokens, { type: "end", text: "", position: text.length + 1 }];
}

const WORDS = new Set<string>(["and", "or", "not", "truthy", "falsy", ...COMPARISONS]);
const LITERALS: ReadonlyMap<string, Json> = new Map<string, Json>([
  ["true", true],
  ["false", false],
  ["null", null],
]);
const SAME_AS: Readonly<Record<string, string>> = { "&&": "and", "||": "or", "!": "not", "**": "^" };
const SPACE = /\s+/y;
const NUMBER = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\p{L}\p{N}_.])/uy;
/** A name may hold hyphens and begin with digits, such as `2024-report`; what holds nothing else is a subtraction. */
const HYPHENED = /[\p{L}\p{N}_.-]+/uy;
const TEXT = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/y;
const SIGN = /===|!==|==|!=|>=|<=|>|<|&&|\|\||!|\*\*|[()+*/%^,-]/y;
const NAME = /[\p{L}\p{N}_-]+/uy;
const CALLED = /([\p{L}_][\p{L}\p{N}_]*)\s*\(/uy;

function readToken(text: string, at: number): { token: Token | null; end: number } {
  const match = (pattern: RegExp): string | null => matchAt(pattern, text, at)?.[0] ?? null;
  const position = at + 1;
  const space = match(SPACE);
  if (space !== null) return { token: null, end: at + space.length };
  const made = (found: string, part: Pick<Token, "type" | "value">): { token: Token; end: number } => ({
    token: { ...part, text: found, position },
    end: at + found.length,
  });
  const number = isName(match(HYPHENED)) ? null : match(NUMBER);
  if (number !== null) return made(number, { type: "value", value: Number(number) });
  const quoted = match(TEXT);
  if (quoted !== null) return made(quoted, { type: "value", value: unquote(quoted) });
  const sign = match(SIGN);
  if (sign !== null) return { token: { type: "word", text: SAME_AS[sign] ?? sign, position }, end: at + sign.length };
  if (text.startsWith("${", at)) return readBraced(text, at);
  const name = match(NAME);
  if (name === null)
    throw new ExpressionError(`${JSON.stringify(text.slice(at, at + 1))} does not belong in an expression`, position);
  const literal = LITERALS.get(name);
  if (literal !== undefined) return made(name, { type: "value", value: literal });
  if (WORDS.has(name)) return made(name, { type: "word" });
  const called = matchAt(CALLED, text, at)?.[1];
  if (called !== undefined) return made(called, { type: "function" });
  const { path, end } = readPath(text, at);
  return { token: { type: "path", text: text.slice(at, end), position, path }, end };
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function isName(hyphened: string | null): boolean {
  const parts = hyphened?.split("-") ?? [];
  return parts.length > 1 && !parts.every((part) => part === "" || /^\d+(?:\.\d+)?(?:[eE]\d*)?$/.test(part));
}

/** `${path}` as in templates means the same as the path alone. */
function readBraced(text: string, at: number): { token: Token; end: number } {
  const { path, end } = readPath(text, at + 2);
  if (text[end] !== "}") throw new ExpressionError("expected `}` after the path", end + 1);
  return { token: { type: "path", text: text.slice(at, end + 1), position: at + 3, path }, end: end + 1 };
}

function unquote(quoted: string): string {
  return quoted.slice(1, -1).replaceAll(/\\(.)/gs, (_all, char: string) => ({ n: "\n", t: "\t" })[char] ?? char);
}
