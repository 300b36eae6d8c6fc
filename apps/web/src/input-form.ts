/** The rules of the start form: which fields a JSON Schema asks for, and what a filled form says as JSON. */
import type { JsonObject } from "./api.ts";
import type { FieldError } from "./api-error.ts";

export type FieldKind = "text" | "url" | "number" | "integer" | "boolean" | "enum" | "json";

export interface Field {
  readonly name: string;
  readonly kind: FieldKind;
  readonly required: boolean;
  readonly description: string;
  readonly initial: string;
  readonly options: readonly unknown[];
  readonly minimum: number | null;
  readonly maximum: number | null;
}

/** What is typed into each field; a checkbox is `true` or `false`. */
export type FormValues = Readonly<Record<string, string>>;

/** Fields of an object schema; null when it has no named properties, so that only JSON can be typed. */
export function fieldsOf(schema: JsonObject | null): readonly Field[] | null {
  if (schema === null || !isObject(schema.properties)) return null;
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(schema.properties).map(([name, property]) =>
    fieldOf(name, isObject(property) ? property : {}, required.includes(name)),
  );
}

/** What the form shows at first: the defaults, overlaid with `input`. */
export function initialValues(fields: readonly Field[], input: JsonObject = {}): FormValues {
  return Object.fromEntries(
    fields.map((field) => [
      field.name,
      input[field.name] === undefined ? field.initial : shown(field.kind, input[field.name] ?? null),
    ]),
  );
}

/** The input that a filled form stands for. What is no number is sent as it was typed, so that the server says why it is wrong. */
export function inputOf(fields: readonly Field[], values: FormValues): JsonObject {
  const parts = fields.map((field) => [field.name, typedValue(field, values[field.name] ?? "")] as const);
  return Object.fromEntries(parts.filter(([, value]) => value !== undefined)) as JsonObject;
}

/** The message for one field, from the errors of the API (`input.depth`, `input.tags[0]`). */
export function errorFor(name: string, errors: readonly FieldError[]): string | null {
  const path = `input.${name}`;
  const own = errors.filter(
    (error) =>
      error.path === path ||
      error.path === name ||
      (/^[.[]/.test(error.path.slice(path.length)) && error.path.startsWith(path)),
  );
  return own.length === 0 ? null : own.map((error) => error.message).join(" ");
}

function fieldOf(name: string, property: JsonObject, required: boolean): Field {
  const kind = kindOf(property);
  return {
    name,
    kind,
    required: required && property.default === undefined && kind !== "boolean",
    description: typeof property.description === "string" ? property.description : "",
    initial: property.default === undefined ? "" : shown(kind, property.default),
    options: optionsOf(property),
    minimum: bound(property.minimum, Number.MIN_SAFE_INTEGER),
    maximum: bound(property.maximum, Number.MAX_SAFE_INTEGER),
  };
}

function kindOf(property: JsonObject): FieldKind {
  if (optionsOf(property).length > 0) return "enum";
  if (property.type === "string") return property.format === "uri" ? "url" : "text";
  if (property.type === "integer" || property.type === "number" || property.type === "boolean") return property.type;
  return "json";
}

function optionsOf(property: JsonObject): readonly unknown[] {
  return Array.isArray(property.enum) ? property.enum : [];
}

/** zod writes the widest safe integer as a bound of every integer; that is no limit worth showing. */
function bound(value: unknown, open: number): number | null {
  return typeof value === "number" && value !== open ? value : null;
}

function shown(kind: FieldKind, value: unknown): string {
  if (kind === "json") return JSON.stringify(value, null, 2);
  return typeof value === "string" ? value : JSON.stringify(value);
}

function typedValue(field: Field, text: string): unknown {
  if (field.kind === "boolean") return text === "true";
  if (text.trim() === "") return undefined;
  if (field.kind === "enum") return field.options.find((option) => shown("enum", option) === text) ?? text;
  if (field.kind === "number" || field.kind === "integer") return Number.isNaN(Number(text)) ? text : Number(text);
  if (field.kind === "json") return parsedOrText(text);
  return text;
}

function parsedOrText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
