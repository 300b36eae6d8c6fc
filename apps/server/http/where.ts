/**
 * The small closed language of `?where=` and `?order=` on records:
 *
 *     where     = condition, { ",", condition }            all must hold
 *     condition = path, operator, value
 *     path      = name, { ".", name }                      name: letters, digits, "_", "-"
 *     operator  = "=" | "!=" | "<" | "<=" | ">" | ">=" | "~"    "~": contains
 *     value     = a JSON string in quotes | number | true | false | null | bare text up to the next comma
 *     order     = [ "-" ], path | path, ":", ( "asc" | "desc" )
 *
 * `price>10,title~foo` · `shop.name="Smith, Jones"` · `-createdOn`
 */
import { UltravisorError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { RecordQuery } from "../core/ports.ts";

export type Condition = NonNullable<RecordQuery["where"]>[number];
export type Order = NonNullable<RecordQuery["order"]>;

const CONDITION = /\s*([\w-]+(?:\.[\w-]+)*)\s*(!=|<=|>=|=|<|>|~)\s*("(?:[^"\\]|\\.)*"|[^,"]*)\s*(?:,|$)/y;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const FORBIDDEN: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);
const MAX_CONDITIONS = 20;
const MAX_DEPTH = 16;

/** Conditions of `?where=`. */
export function parseWhere(text: string): Condition[] {
  const conditions: Condition[] = [];
  CONDITION.lastIndex = 0;
  for (let at = 0; at < text.length; at = CONDITION.lastIndex) {
    const match = CONDITION.exec(text);
    if (match === null)
      throw refusal(
        "where",
        `Expected \`path operator value\`, such as price>10 or title~foo, at character ${at + 1}; got ${JSON.stringify(text.slice(at, at + 40))}`,
      );
    const [, path = "", operator = "", value = ""] = match;
    if (value === "" && operator !== "=" && operator !== "!=") {
      throw refusal("where", `Expected a value after ${operator} at character ${CONDITION.lastIndex + 1}`);
    }
    conditions.push({
      path: toPath("where", path),
      op: operator === "~" ? "contains" : (operator as Condition["op"]),
      value: toValue(value),
    });
  }
  if (conditions.length === 0) throw refusal("where", "Expected at least one condition, such as price>10");
  if (conditions.length > MAX_CONDITIONS)
    throw refusal("where", `Expected at most ${MAX_CONDITIONS} conditions; got ${conditions.length}`);
  return conditions;
}

/** Path and direction of `?order=`. */
export function parseOrder(text: string): Order {
  const match = /^(-?)([\w-]*\w(?:\.[\w-]+)*)(?::(asc|desc))?$/.exec(text.trim());
  if (match === null || (match[1] === "-" && match[3] !== undefined)) {
    throw refusal(
      "order",
      `Expected a path such as price, -price or price:desc; got ${JSON.stringify(text.slice(0, 40))}`,
    );
  }
  const isDescending = match[1] === "-" || match[3] === "desc";
  return { path: toPath("order", match[2] ?? ""), direction: isDescending ? "desc" : "asc" };
}

function toPath(field: string, text: string): string[] {
  const path = text.split(".");
  const forbidden = path.find((name) => FORBIDDEN.has(name));
  if (forbidden !== undefined) throw refusal(field, `The name ${forbidden} is not allowed`);
  if (path.length > MAX_DEPTH) throw refusal(field, `Expected a path of at most ${MAX_DEPTH} names`);
  return path;
}

function toValue(text: string): Json {
  const bare = text.trim();
  if (bare.startsWith('"')) return quoted(bare);
  if (bare === "true" || bare === "false") return bare === "true";
  if (bare === "null") return null;
  return NUMBER.test(bare) && Number.isFinite(Number(bare)) ? Number(bare) : bare;
}

function quoted(text: string): string {
  try {
    return (JSON.parse(text) as string).toWellFormed();
  } catch {
    throw refusal("where", `Expected a JSON string; got ${text.slice(0, 40)}`);
  }
}

function refusal(path: string, message: string): UltravisorError {
  return new UltravisorError("invalid_query", `The query does not fit: ${path}: ${message}.`, {
    fields: [{ path, message }],
  });
}
