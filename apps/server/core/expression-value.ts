/** What an expression comes to for some data. A path that leads nowhere counts as null. */
import type { Arithmetic, Expression } from "./expression.ts";
import { amountOf, FUNCTIONS, joined, numeric, tidy, Unusable } from "./expression-functions.ts";
import type { Comparison } from "./expression-tokens.ts";
import { canonicalJson, type Json } from "./json.ts";
import { ExpressionError, lookUp, pathText } from "./path.ts";

/** Throws ExpressionError with the position of what cannot be calculated. */
export function evaluate(expression: Expression, data: unknown): Json {
  switch (expression.type) {
    case "value":
      return expression.value;
    case "path":
      return lookUp(data, expression.path) ?? null;
    case "not":
      return !isTrue(evaluate(expression.of, data));
    case "truthy":
      return isTrue(evaluate(expression.of, data));
    case "and":
      return isTrue(evaluate(expression.left, data)) && isTrue(evaluate(expression.right, data));
    case "or":
      return isTrue(evaluate(expression.left, data)) || isTrue(evaluate(expression.right, data));
    case "compare":
      return compare(expression.by, evaluate(expression.left, data), evaluate(expression.right, data));
    case "negative":
      return placed(expression, data, [expression.of], ([value = null]) => -numeric(value));
    case "calculate":
      return placed(expression, data, [expression.left, expression.right], ([left = null, right = null]) =>
        calculate(expression.by, left, right),
      );
    case "call":
      return call(expression, data);
  }
}

/** Nothing, no, zero and empty text are false, also as a command prints them. */
export function isTrue(value: Json): boolean {
  return !(value === null || value === false || value === 0 || ["", "0", "false"].includes(value as string));
}

type Call = Extract<Expression, { type: "call" }>;

/** `if` and `coalesce` look only at what they come to: the other part may be what cannot be calculated. */
function call(expression: Call, data: unknown): Json {
  const { name, of } = expression;
  const [first, second, third] = of;
  if (name === "if" && first !== undefined && second !== undefined) {
    const chosen = isTrue(evaluate(first, data)) ? second : third;
    return chosen === undefined ? null : evaluate(chosen, data);
  }
  if (name === "coalesce") {
    for (const part of of) {
      const value = evaluate(part, data);
      if (value !== null) return value;
    }
    return null;
  }
  return placed(expression, data, of, (values) => FUNCTIONS.get(name)?.call(values) ?? null);
}

type Placed = Extract<Expression, { readonly position: number }>;

/** Says where it was when something cannot be calculated, and which paths lead nowhere. */
function placed(
  { position }: Placed,
  data: unknown,
  operands: readonly Expression[],
  work: (values: readonly Json[]) => Json,
): Json {
  const values = operands.map((operand) => evaluate(operand, data));
  try {
    return work(values);
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    const nowhere = operands.flatMap((operand, index) =>
      operand.type === "path" && values[index] === null ? [`\`${pathText(operand.path)}\` is null`] : [],
    );
    throw new ExpressionError([error.message, ...nowhere].join(": "), position);
  }
}

function calculate(by: Arithmetic, left: Json, right: Json): Json {
  if (by === "+" && (isWording(left) || isWording(right))) return joined([left, right]);
  const [a, b] = [numeric(left), numeric(right)];
  if ((by === "/" || by === "%") && b === 0) throw new Unusable("a division by 0");
  switch (by) {
    case "+":
      return tidy(a + b);
    case "-":
      return tidy(a - b);
    case "*":
      return tidy(a * b);
    case "/":
      return tidy(a / b);
    case "%":
      return tidy(a % b);
    case "^":
      return tidy(a ** b);
  }
}

/** Text that is no number: `+` puts it together. */
function isWording(value: Json): boolean {
  return typeof value === "string" && amountOf(value) === null;
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
  const [a, b] = [amountOf(left), amountOf(right)];
  return a !== null && b !== null ? a === b : canonicalJson(left) === canonicalJson(right);
}

function ordered(by: ">" | "<" | ">=" | "<=", left: Json, right: Json): boolean {
  const [a, b] = [amountOf(left) ?? left, amountOf(right) ?? right];
  const comparable =
    (typeof a === "number" && typeof b === "number") || (typeof a === "string" && typeof b === "string");
  if (!comparable) return false;
  if (by === ">") return a > b;
  if (by === "<") return a < b;
  return by === ">=" ? a >= b : a <= b;
}

function textOf(value: Json): string {
  return typeof value === "string" ? value : value === null ? "" : canonicalJson(value);
}
