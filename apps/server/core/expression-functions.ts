/** The functions of expressions, by name in small letters, and how numbers are kept. Adding one is adding a line. */
import { canonicalJson, type Json, type JsonObject } from "./json.ts";

/** What cannot be calculated, without its place. */
export class Unusable extends Error {
  override readonly name = "Unusable";
}

export interface Called {
  /** How many values it takes. */
  readonly least: number;
  readonly most: number;
  /** Throws Unusable. */
  call(values: readonly Json[]): Json;
}

const ANY = Number.POSITIVE_INFINITY;

export const FUNCTIONS: ReadonlyMap<string, Called> = new Map<string, Called>([
  ["round", { least: 1, most: 2, call: ([x = null, digits = 0]) => round(numeric(x), numeric(digits)) }],
  ["floor", ofNumber(Math.floor)],
  ["ceil", ofNumber(Math.ceil)],
  ["abs", ofNumber(Math.abs)],
  ["sqrt", ofNumber(Math.sqrt)],
  ["min", ofNumbers((all) => (all.length === 0 ? null : all.reduce((a, b) => Math.min(a, b))))],
  ["max", ofNumbers((all) => (all.length === 0 ? null : all.reduce((a, b) => Math.max(a, b))))],
  ["sum", ofNumbers(sum)],
  ["average", ofNumbers((all) => (all.length === 0 ? null : tidy(sum(all) / all.length)))],
  ["length", { least: 1, most: 1, call: ([value = null]) => lengthOf(value) }],
  ["concat", { least: 1, most: ANY, call: joined }],
  ["lower", ofText((text) => text.toLowerCase())],
  ["upper", ofText((text) => text.toUpperCase())],
  ["trim", ofText((text) => text.trim())],
  ["number", ofNumber((x) => x)],
  ["text", ofText((text) => text)],
  ["merge", { least: 2, most: ANY, call: (values) => values.reduce(merged) }],
  // What these two do not come to is not looked at, so they are evaluated where the parts are.
  ["if", { least: 2, most: 3, call: ([, value = null]) => value }],
  ["coalesce", { least: 1, most: ANY, call: ([value = null]) => value }],
]);

/** A number, also one written as text, as commands print them; null: it is none. */
export function amountOf(value: Json): number | null {
  if (typeof value === "number") return value;
  if (typeof value !== "string" || !/^\s*[+-]?\d+(\.\d+)?([eE][+-]?\d+)?\s*$/.test(value)) return null;
  return Number(value);
}

/** As `amountOf`. Throws Unusable. */
export function numeric(value: Json): number {
  const amount = amountOf(value);
  if (amount !== null) return amount;
  throw new Unusable(`expected a number, got ${canonicalJson(value).slice(0, 100)}`);
}

/**
 * A result as people expect it: 0.1 + 0.2 is 0.3. Numbers hold nearly 16 decimal digits; as in spreadsheets, what is no integer
 * shows 15, which takes away what binary fractions leave behind.
 */
export function tidy(result: number): number {
  if (!Number.isFinite(result)) throw new Unusable("the result is no finite number");
  if (result === 0) return 0;
  return Number.isInteger(result) ? result : Number(result.toPrecision(15));
}

/** Texts as they are, nothing for null, all else as JSON. */
export function joined(values: readonly Json[]): string {
  const texts = values.map(asText);
  if (texts.reduce((length, text) => length + text.length, 0) > MOST_TEXT)
    throw new Unusable(`a text of more than ${MOST_TEXT} characters`);
  return texts.join("");
}

const MOST_TEXT = 1_000_000;

function asText(value: Json): string {
  return typeof value === "string" ? value : value === null ? "" : canonicalJson(value);
}

function ofNumber(work: (x: number) => number): Called {
  return { least: 1, most: 1, call: ([value = null]) => tidy(work(numeric(value))) };
}

/** Of numbers, of a list of them, or of several lists. */
function ofNumbers(work: (all: readonly number[]) => number | null): Called {
  return { least: 1, most: ANY, call: (values) => work(values.flat().map(numeric)) };
}

function ofText(work: (text: string) => string): Called {
  return { least: 1, most: 1, call: ([value = null]) => work(asText(value)) };
}

function sum(all: readonly number[]): number {
  return all.reduce((total, value) => tidy(total + value), 0);
}

function lengthOf(value: Json): number {
  if (typeof value === "string" || Array.isArray(value)) return value.length;
  throw new Unusable(`expected a text or a list, got ${canonicalJson(value).slice(0, 100)}`);
}

/** As the state merges (RFC 7396): objects within objects too, the later one wins, null takes away. */
function merged(base: Json, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const values = new Map(Object.entries(isObject(base) ? base : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) values.delete(key);
    else values.set(key, merged(values.get(key) ?? null, value));
  }
  return Object.fromEntries(values);
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Half away from zero, by the decimal digits as they are written: 1.005 to two digits is 1.01. */
function round(x: number, digits: number): number {
  if (!Number.isInteger(digits) || Math.abs(digits) > 15) throw new Unusable("expected -15 to 15 digits to round to");
  return tidy(Math.sign(x) * shift(Math.round(shift(Math.abs(x), digits)), -digits));
}

/** The number with its decimal point moved to the right. */
function shift(x: number, by: number): number {
  const [digits = "0", exponent = "0"] = String(x).split("e");
  return Number(`${digits}e${Number(exponent) + by}`);
}
