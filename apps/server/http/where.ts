/**
 * The small closed language of `?where=`, `?order=`, `?group=` and `?values=` on records:
 *
 *     where     = condition, { ",", condition }            all must hold
 *     condition = path, operator, value | path, "in", "(", value, { ",", value }, ")" | path, ( "exists" | "missing" )
 *     path      = name, { ".", name | "[", place, "]" }    name: letters, digits, "_", "-", or a JSON string in quotes
 *     operator  = "=" | "!=" | "<" | "<=" | ">" | ">=" | "~"    "~": contains
 *     value     = a JSON string in quotes | number | true | false | null | bare text up to the next comma
 *     order     = [ "-" ], path | path, ":", ( "asc" | "desc" )
 *     group     = path, { ",", path }
 *     values    = measure, { ",", measure }
 *     measure   = "count" | ( "count" | "sum" | "avg" | "min" | "max" | "distinct" ), "(", path, ")"
 *
 * `price>10,title~foo` · `shop.name="Smith, Jones"` · `state in (new,sold),photos[0].url exists` · `-createdOn` · `count,avg(price)`
 */
import { UltravisorError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { type Condition, MEASURES, type Measure, type Operator, type Order, type Path } from "../core/record-query.ts";

const NAME = String.raw`(?:[\p{L}\p{N}_-]+|"(?:[^"\\]|\\.)+")`;
const PATH = String.raw`${NAME}(?:\.${NAME}|\[\d{1,6}\])*`;
const QUOTED = String.raw`"(?:[^"\\]|\\.)*"`;
const CONDITION = new RegExp(
  String.raw`\s*(${PATH})\s*(?:(!=|<=|>=|=|<|>|~)\s*(${QUOTED}|[^,"]*)|\s(in)\s*\(((?:${QUOTED}|[^()"])*)\)|\s(exists|missing))\s*(?:,|$)`,
  "uy",
);
const ITEM = new RegExp(String.raw`\s*(${QUOTED}|[^,"]*)\s*(?:,|$)`, "uy");
const ORDER = new RegExp(`^(-?)(${PATH})(?::(asc|desc))?$`, "u");
const MEASURE = new RegExp(String.raw`\s*(?:(count)|(${MEASURES.join("|")})\s*\(\s*(${PATH})\s*\))\s*(?:,|$)`, "uy");
const GROUP = new RegExp(String.raw`\s*(${PATH})\s*(?:,|$)`, "uy");
const STEP = new RegExp(String.raw`(${NAME})|\[(\d+)\]`, "gu");
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const FORBIDDEN: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);
const MAX_CONDITIONS = 20;
const MAX_ITEMS = 500;
const MAX_FIELDS = 10;
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
    conditions.push(toCondition(match, CONDITION.lastIndex));
  }
  if (conditions.length === 0) throw refusal("where", "Expected at least one condition, such as price>10");
  if (conditions.length > MAX_CONDITIONS)
    throw refusal("where", `Expected at most ${MAX_CONDITIONS} conditions; got ${conditions.length}`);
  return conditions;
}

/** Path and direction of `?order=`. */
export function parseOrder(text: string): Order {
  const match = ORDER.exec(text.trim());
  if (match === null || (match[1] === "-" && match[3] !== undefined)) {
    throw refusal(
      "order",
      `Expected a path such as price, -price or price:desc; got ${JSON.stringify(text.slice(0, 40))}`,
    );
  }
  const isDescending = match[1] === "-" || match[3] === "desc";
  return { path: toPath("order", match[2] ?? ""), direction: isDescending ? "desc" : "asc" };
}

/** Paths of `?group=`, each with the text it was asked by. */
export function parseGroup(text: string): { path: Path; text: string }[] {
  return every("group", GROUP, text, "a path such as shop.name").map(([, path = ""]) => ({
    path: toPath("group", path),
    text: path,
  }));
}

/** Measures of `?values=`. */
export function parseMeasures(text: string): Measure[] {
  return every("values", MEASURE, text, "count, or a measure of a path such as sum(price)").map(
    ([, alone, name, path]) => {
      if (alone !== undefined || path === undefined) return { name: "count", path: null, text: "count" };
      return { name: name as Measure["name"], path: toPath("values", path), text: `${name}(${path})` };
    },
  );
}

/** What groups are sorted by. */
export interface Sorting {
  readonly of: "group" | "values";
  readonly field: string;
  readonly descending: boolean;
}

/** `?order=` of an aggregate, which names one of its paths or measures; default: the first measure, largest first. */
export function toSorting(order: string | undefined, groups: readonly string[], measures: readonly string[]): Sorting {
  if (order === undefined) return { of: "values", field: measures[0] ?? "count", descending: true };
  const descending = order.startsWith("-");
  const field = order.slice(descending ? 1 : 0).replaceAll(/\s/g, "");
  if (measures.includes(field)) return { of: "values", field, descending };
  if (groups.includes(field)) return { of: "group", field, descending };
  throw refusal(
    "order",
    `Expected one of ${[...measures, ...groups].join(", ")}; got ${JSON.stringify(order.slice(0, 40))}`,
  );
}

function toCondition(match: RegExpExecArray, end: number): Condition {
  const [, written = "", operator, value = "", within, items = "", word] = match;
  const path = toPath("where", written);
  if (word === "exists" || word === "missing") return { path, op: word, value: null };
  if (within !== undefined) return { path, op: "in", value: toItems(items) };
  if (value === "" && operator !== "=" && operator !== "!=") {
    throw refusal("where", `Expected a value after ${operator} at character ${end + 1}`);
  }
  return { path, op: operator === "~" ? "contains" : (operator as Operator), value: toValue(value) };
}

function toItems(text: string): Json[] {
  const items: Json[] = [];
  ITEM.lastIndex = 0;
  while (ITEM.lastIndex < text.length) {
    const match = ITEM.exec(text);
    if (match === null)
      throw refusal("where", `Expected values between commas; got ${JSON.stringify(text.slice(0, 40))}`);
    items.push(toValue(match[1] ?? ""));
  }
  if (items.length > 0 && items.length <= MAX_ITEMS) return items;
  throw refusal("where", `Expected 1 to ${MAX_ITEMS} values between the parentheses of in; got ${items.length}`);
}

function every(field: string, pattern: RegExp, text: string, expected: string): RegExpExecArray[] {
  const found: RegExpExecArray[] = [];
  pattern.lastIndex = 0;
  for (let at = 0; at < text.length; at = pattern.lastIndex) {
    const match = pattern.exec(text);
    if (match === null)
      throw refusal(
        field,
        `Expected ${expected} at character ${at + 1}; got ${JSON.stringify(text.slice(at, at + 40))}`,
      );
    found.push(match);
  }
  if (found.length > 0 && found.length <= MAX_FIELDS) return found;
  throw refusal(field, `Expected 1 to ${MAX_FIELDS} of them; got ${found.length}`);
}

function toPath(field: string, text: string): Path {
  const path = [...text.matchAll(STEP)].map(([, name, place]) => {
    if (place !== undefined) return Number(place);
    return name?.startsWith('"') ? quoted(name) : (name ?? "");
  });
  const forbidden = path.find((step) => FORBIDDEN.has(String(step)));
  if (forbidden !== undefined) throw refusal(field, `The name ${forbidden} is not allowed`);
  if (path.some((step) => /["\\]/.test(String(step)))) throw refusal(field, 'A name holds no " and no \\');
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
