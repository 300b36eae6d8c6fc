/**
 * Conditions: `count.output.n > 3 and not (state.mode == "off")`. A small grammar over paths and literals; nothing is executed.
 * Texts that are numbers compare as numbers, as they come from commands. A path that leads nowhere counts as null.
 */
import { canonicalJson, type Json } from "./json.ts";
import { type DataPath, ExpressionError, lookUp, readPath } from "./path.ts";

export type Expression =
  | { readonly type: "value"; readonly value: Json }
  | { readonly type: "path"; readonly path: DataPath; readonly position: number }
  | { readonly type: "not" | "truthy"; readonly of: Expression }
  | { readonly type: "and" | "or"; readonly left: Expression; readonly right: Expression }
  | { readonly type: "compare"; readonly by: Comparison; readonly left: Expression; readonly right: Expression };

const COMPARISONS = ["===", "!==", "==", "!=", ">=", "<=", ">", "<", "contains", "startsWith", "endsWith"] as const;
type Comparison = (typeof COMPARISONS)[number];

/** Reads a condition. Throws ExpressionError with the position of what does not fit. */
export function parseExpression(text: string): Expression {
  if (text.length > MOST_CHARACTERS)
    throw new ExpressionError(`a condition has at most ${MOST_CHARACTERS} characters`, MOST_CHARACTERS + 1);
  const parser = new Parser(tokenize(text));
  return parser.parse();
}

/** Whether the condition holds for `data`. */
export function holds(expression: Expression, data: unknown): boolean {
  return isTrue(evaluate(expression, data));
}

/** Every path that the condition names, with its position. */
export function pathsIn(expression: Expression): { readonly path: DataPath; readonly position: number }[] {
  if (expression.type === "path") return [{ path: expression.path, position: expression.position }];
  if (expression.type === "value") return [];
  if ("of" in expression) return pathsIn(expression.of);
  return [...pathsIn(expression.left), ...pathsIn(expression.right)];
}

const MOST_CHARACTERS = 2000;

interface Token {
  readonly type: "value" | "path" | "word" | "end";
  readonly text: string;
  readonly position: number;
  readonly value?: Json;
  readonly path?: DataPath;
}

const WORDS = new Set<string>(["and", "or", "not", "truthy", "falsy", "(", ")", ...COMPARISONS]);
const LITERALS: ReadonlyMap<string, Json> = new Map<string, Json>([
  ["true", true],
  ["false", false],
  ["null", null],
]);
const SAME_AS: Readonly<Record<string, string>> = { "&&": "and", "||": "or", "!": "not" };
const SPACE = /\s+/y;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\p{L}\p{N}_.-])/uy;
const TEXT = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/y;
const SIGN = /===|!==|==|!=|>=|<=|>|<|&&|\|\||!|\(|\)/y;
const NAME = /[\p{L}\p{N}_-]+/uy;

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const { token, end } = readToken(text, at);
    if (token !== null) tokens.push(token);
    at = end;
  }
  return [...tokens, { type: "end", text: "", position: text.length + 1 }];
}

function readToken(text: string, at: number): { token: Token | null; end: number } {
  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0] ?? null;
  };
  const position = at + 1;
  const space = match(SPACE);
  if (space !== null) return { token: null, end: at + space.length };
  const made = (found: string, part: Pick<Token, "type" | "value">): { token: Token; end: number } => ({
    token: { ...part, text: found, position },
    end: at + found.length,
  });
  const number = match(NUMBER);
  if (number !== null) return made(number, { type: "value", value: Number(number) });
  const quoted = match(TEXT);
  if (quoted !== null) return made(quoted, { type: "value", value: unquote(quoted) });
  const sign = match(SIGN);
  if (sign !== null) return { ...made(sign, { type: "word" }), token: word(SAME_AS[sign] ?? sign, position) };
  if (text.startsWith("${", at)) return readBraced(text, at);
  const name = match(NAME);
  if (name === null)
    throw new ExpressionError(`${JSON.stringify(text.slice(at, at + 1))} does not belong in a condition`, position);
  const literal = LITERALS.get(name);
  if (literal !== undefined) return made(name, { type: "value", value: literal });
  if (WORDS.has(name)) return made(name, { type: "word" });
  const { path, end } = readPath(text, at);
  return { token: { type: "path", text: text.slice(at, end), position, path }, end };
}

/** `${path}` as in templates means the same as the path alone. */
function readBraced(text: string, at: number): { token: Token; end: number } {
  const { path, end } = readPath(text, at + 2);
  if (text[end] !== "}") throw new ExpressionError("expected `}` after the path", end + 1);
  return { token: { type: "path", text: text.slice(at, end + 1), position: at + 3, path }, end: end + 1 };
}

function word(text: string, position: number): Token {
  return { type: "word", text, position };
}

function unquote(quoted: string): string {
  return quoted.slice(1, -1).replaceAll(/\\(.)/gs, (_all, char: string) => ({ n: "\n", t: "\t" })[char] ?? char);
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): Expression {
    const expression = this.#either();
    const rest = this.#next();
    if (rest.type !== "end") throw unexpected(rest, "a comparison, `and`, `or` or the end");
    return expression;
  }

  #either(): Expression {
    let left = this.#both();
    while (this.#take("or")) left = { type: "or", left, right: this.#both() };
    return left;
  }

  #both(): Expression {
    let left = this.#negated();
    while (this.#take("and")) left = { type: "and", left, right: this.#negated() };
    return left;
  }

  #negated(): Expression {
    return this.#take("not") ? { type: "not", of: this.#negated() } : this.#compared();
  }

  #compared(): Expression {
    const left = this.#operand();
    if (this.#take("truthy")) return { type: "truthy", of: left };
    if (this.#take("falsy")) return { type: "not", of: left };
    const by = COMPARISONS.find((comparison) => this.#take(comparison));
    return by === undefined ? left : { type: "compare", by, left, right: this.#operand() };
  }

  #operand(): Expression {
    const token = this.#next();
    if (token.type === "value") return { type: "value", value: token.value ?? null };
    if (token.type === "path") return { type: "path", path: token.path ?? [], position: token.position };
    if (token.type !== "word" || token.text !== "(") throw unexpected(token, "a path, a value or `(`");
    const inner = this.#either();
    const close = this.#next();
    if (close.text !== ")") throw unexpected(close, `\`)\` for the \`(\` at position ${token.position}`);
    return inner;
  }

  #take(text: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.type !== "word" || token.text !== text) return false;
    this.#at += 1;
    return true;
  }

  #next(): Token {
    const token = this.#tokens[this.#at] ?? { type: "end", text: "", position: 1 };
    this.#at += 1;
    return token;
  }
}

function unexpected(token: Token, expected: string): ExpressionError {
  const came = token.type === "end" ? "the end" : `\`${token.text}\``;
  return new ExpressionError(`expected ${expected}, got ${came}`, token.position);
}

function evaluate(expression: Expression, data: unknown): Json {
  switch (expression.type) {
    case "value":
      return expression.value;
    case "path":
      return lookUp(data, expression.path) ?? null;
    case "not":
      return !holds(expression.of, data);
    case "truthy":
      return holds(expression.of, data);
    case "and":
      return holds(expression.left, data) && holds(expression.right, data);
    case "or":
      return holds(expression.left, data) || holds(expression.right, data);
    case "compare":
      return compare(expression.by, evaluate(expression.left, data), evaluate(expression.right, data));
  }
}

/** Nothing, no, zero and empty text are false, also as a command prints them. */
function isTrue(value: Json): boolean {
  return !(value === null || value === false || value === 0 || ["", "0", "false"].includes(value as string));
}

function compare(by: Comparison, left: Json, right: Json): boolean {
  switch (by) {
    case "===":
      return canonicalJson(left) === canonicalJson(right);
    case "!==":
      return canonicalJson(left) !== canonicalJson(right);
    case "==":
      return equal(left, right);
    case "!=":
      return !equal(left, right);
    case "contains":
      return Array.isArray(left) ? left.some((part) => equal(part, right)) : textOf(left).includes(textOf(right));
    case "startsWith":
      return textOf(left).startsWith(textOf(right));
    case "endsWith":
      return textOf(left).endsWith(textOf(right));
    default:
      return ordered(by, left, right);
  }
}

function equal(left: Json, right: Json): boolean {
  const [a, b] = [numberOf(left), numberOf(right)];
  return a !== null && b !== null ? a === b : canonicalJson(left) === canonicalJson(right);
}

function ordered(by: ">" | "<" | ">=" | "<=", left: Json, right: Json): boolean {
  const [a, b] = [numberOf(left) ?? left, numberOf(right) ?? right];
  const comparable =
    (typeof a === "number" && typeof b === "number") || (typeof a === "string" && typeof b === "string");
  if (!comparable) return false;
  if (by === ">") return a > b;
  if (by === "<") return a < b;
  return by === ">=" ? a >= b : a <= b;
}

function numberOf(value: Json): number | null {
  if (typeof value === "number") return value;
  if (typeof value !== "string" || !/^\s*[+-]?\d+(\.\d+)?([eE][+-]?\d+)?\s*$/.test(value)) return null;
  return Number(value);
}

function textOf(value: Json): string {
  return typeof value === "string" ? value : value === null ? "" : canonicalJson(value);
}
