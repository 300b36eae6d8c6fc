/** `key=value` on the command line to the input a task expects, by its JSON Schema. */
import { usage } from "./exit.ts";

type Schema = Readonly<Record<string, unknown>>;

/** The input that these words give; words of a schema's own type are converted to it, others are guessed. */
export function parsePairs(pairs: readonly string[], schema: Schema | null): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    if (at < 1) throw usage(`Expected key=value, such as url=https://example.com; got ${JSON.stringify(pair)}.`);
    const key = pair.slice(0, at);
    Object.defineProperty(input, key, {
      value: convert(key, pair.slice(at + 1), schemaOf(schema, key)),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return input;
}

/** `--input` of a command: one JSON object. */
export function parseInput(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Said below, together with JSON that is no object.
  }
  throw usage(
    `Expected --input to be a JSON object, such as '{"url":"https://example.com"}'; got ${JSON.stringify(text.slice(0, 80))}.`,
  );
}

function schemaOf(schema: Schema | null, key: string): Schema | null {
  const properties = schema?.properties;
  if (!isObject(properties) || !Object.hasOwn(properties, key)) return null;
  const property = properties[key];
  return isObject(property) ? property : null;
}

function convert(key: string, text: string, schema: Schema | null): unknown {
  switch (schema?.type) {
    case "string":
      return text;
    case "number":
    case "integer":
      return toNumber(key, text);
    case "boolean":
      return toBoolean(key, text);
    case "object":
      return toJson(key, text);
    case "array":
      return text.trimStart().startsWith("[") ? toJson(key, text) : toList(key, text, schema);
    default:
      return guess(text);
  }
}

function toNumber(key: string, text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value))
    throw usage(`Expected ${key} to be a number; got ${JSON.stringify(text)}.`);
  return value;
}

function toBoolean(key: string, text: string): boolean {
  if (text !== "true" && text !== "false")
    throw usage(`Expected ${key} to be true or false; got ${JSON.stringify(text)}.`);
  return text === "true";
}

function toJson(key: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw usage(`Expected ${key} to be JSON; got ${JSON.stringify(text.slice(0, 80))}.`);
  }
}

/** `a,b,c` for a list of plain values. */
function toList(key: string, text: string, schema: Schema): unknown[] {
  const items = isObject(schema.items) ? schema.items : null;
  return text === "" ? [] : text.split(",").map((part) => convert(key, part, items));
}

/** Without a type: JSON where it is JSON, else text. */
function guess(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function isObject(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
