/**
 * Expressions of task files, one language for conditions (`count.output.n > 3 and not (state.mode == "off")`) and for calculations
 * (`round(input.width * input.height / 100, 2)`). A small grammar over paths, values and a fixed set of functions: no code is executed.
 */

import { FUNCTIONS } from "./expression-functions.ts";
import { COMPARISONS, type Comparison, type Token, tokenize } from "./expression-tokens.ts";
import { evaluate, isTrue } from "./expression-value.ts";
import type { Json } from "./json.ts";
import { type DataPath, ExpressionError } from "./path.ts";

export type Arithmetic = "+" | "-" | "*" | "/" | "%" | "^";

export type Expression =
  | { readonly type: "value"; readonly value: Json }
  | { readonly type: "path"; readonly path: DataPath; readonly position: number }
  | { readonly type: "not" | "truthy"; readonly of: Expression }
  | { readonly type: "negative"; readonly of: Expression; readonly position: number }
  | { readonly type: "and" | "or"; readonly left: Expression; readonly right: Expression }
  | { readonly type: "compare"; readonly by: Comparison; readonly left: Expression; readonly right: Expression }
  | {
      readonly type: "calculate";
      readonly by: Arithmetic;
      readonly left: Expression;
      readonly right: Expression;
      readonly position: number;
    }
  | { readonly type: "call"; readonly name: string; readonly of: readonly Expression[]; readonly position: number };

/** Reads an expression. Throws ExpressionError with the position of what does not fit. */
export function parseExpression(text: string): Expression {
  if (text.length > MOST_CHARACTERS)
    throw new ExpressionError(`an expression has at most ${MOST_CHARACTERS} characters`, MOST_CHARACTERS + 1);
  return new Parser(tokenize(text)).parse();
}

/** Whether the condition holds for `data`. Throws ExpressionError as `resultOf` does. */
export function holds(expression: Expression, data: unknown): boolean {
  return isTrue(evaluate(expression, data));
}

/** What the expression comes to. Throws ExpressionError when what `data` holds cannot be calculated with. */
export function resultOf(expression: Expression, data: unknown): Json {
  return evaluate(expression, data);
}

/** Every path that the expression names, with its position. */
export function pathsIn(expression: Expression): { readonly path: DataPath; readonly position: number }[] {
  if (expression.type === "path") return [{ path: expression.path, position: expression.position }];
  if (expression.type === "value") return [];
  if (expression.type === "call") return expression.of.flatMap(pathsIn);
  if ("of" in expression) return pathsIn(expression.of);
  return [...pathsIn(expression.left), ...pathsIn(expression.right)];
}

const MOST_CHARACTERS = 2000;
/** Of parentheses, so that no text exhausts the stack. */
const DEEPEST = 100;

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): Expression {
    const expression = this.#either();
    const rest = this.#next();
    if (rest.type !== "end") throw unexpected(rest, "an operator such as `+`, `==` or `and`, or the end");
    return expression;
  }

  #either(): Expression {
    if (this.#depth > DEEPEST) throw new ExpressionError(`nested deeper than ${DEEPEST} levels`, this.#peek().position);
    this.#depth += 1;
    let left = this.#both();
    while (this.#take("or")) left = { type: "or", left, right: this.#both() };
    this.#depth -= 1;
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
    const left = this.#sum();
    if (this.#take("truthy")) return { type: "truthy", of: left };
    if (this.#take("falsy")) return { type: "not", of: left };
    const by = COMPARISONS.find((comparison) => this.#take(comparison));
    return by === undefined ? left : { type: "compare", by, left, right: this.#sum() };
  }

  #sum(): Expression {
    return this.#chain(["+", "-"], () => this.#product());
  }

  #product(): Expression {
    return this.#chain(["*", "/", "%"], () => this.#signed());
  }

  /** Operators of one rank, from left to right. */
  #chain(operators: readonly Arithmetic[], part: () => Expression): Expression {
    let left = part();
    for (;;) {
      const { position } = this.#peek();
      const by = operators.find((operator) => this.#take(operator));
      if (by === undefined) return left;
      left = { type: "calculate", by, left, right: part(), position };
    }
  }

  #signed(): Expression {
    const { position } = this.#peek();
    if (this.#take("-")) return { type: "negative", of: this.#signed(), position };
    return this.#take("+") ? this.#signed() : this.#power();
  }

  /** From right to left, before a sign: `-2 ^ 2` is -4. */
  #power(): Expression {
    const left = this.#operand();
    const { position } = this.#peek();
    return this.#take("^") ? { type: "calculate", by: "^", left, right: this.#signed(), position } : left;
  }

  #operand(): Expression {
    const token = this.#next();
    if (token.type === "value") return { type: "value", value: token.value ?? null };
    if (token.type === "path") return { type: "path", path: token.path ?? [], position: token.position };
    if (token.type === "function") return this.#call(token);
    if (token.text !== "(") throw unexpected(token, "a path, a value or `(`");
    const inner = this.#either();
    this.#close(this.#tokens.indexOf(token));
    return inner;
  }

  #call({ text, position }: Token): Expression {
    const name = text.toLowerCase();
    const called = FUNCTIONS.get(name);
    if (called === undefined)
      throw new ExpressionError(
        `there is no function \`${text}\`; there are ${[...FUNCTIONS.keys()].join(", ")}`,
        position,
      );
    const open = this.#at;
    this.#next();
    const of: Expression[] = [];
    if (!this.#take(")")) {
      do of.push(this.#either());
      while (this.#take(","));
      this.#close(open);
    }
    const { least, most } = called;
    if (of.length >= least && of.length <= most) return { type: "call", name, of, position };
    throw new ExpressionError(`\`${text}\` takes ${counted(least, most)}, got ${of.length}`, position);
  }

  #close(open: number): void {
    const close = this.#next();
    if (close.text === ")" && close.type === "word") return;
    throw unexpected(close, `\`)\` for the \`(\` at position ${this.#tokens[open]?.position}`);
  }

  #take(text: string): boolean {
    const token = this.#peek();
    if (token.type !== "word" || token.text !== text) return false;
    this.#at += 1;
    return true;
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { type: "end", text: "", position: 1 };
  }

  #next(): Token {
    const token = this.#peek();
    this.#at += 1;
    return token;
  }
}

function unexpected(token: Token, expected: string): ExpressionError {
  const came = token.type === "end" ? "the end" : `\`${token.text}\``;
  return new ExpressionError(`expected ${expected}, got ${came}`, token.position);
}

function counted(least: number, most: number): string {
  if (most === Number.POSITIVE_INFINITY) return `at least ${least} ${least === 1 ? "value" : "values"}`;
  return least === most ? `${least} ${least === 1 ? "value" : "values"}` : `${least} to ${most} values`;
}
