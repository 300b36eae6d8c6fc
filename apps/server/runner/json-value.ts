/** Turns what a script hands over into JSON, or says where it is none. */
import type { Json, JsonObject } from "../core/json.ts";

const MAX_DEPTH = 200;

/** A clean copy. Fields that are undefined are left out, as JSON does; anything else that is no JSON throws. */
export function toJson(value: unknown, what: string): Json {
  return convert(value, what, 0);
}

export function toJsonObject(value: unknown, what: string): JsonObject {
  const json = toJson(value, what);
  if (typeof json === "object" && json !== null && !Array.isArray(json)) return json as JsonObject;
  throw new TypeError(
    `${what} must be an object of JSON values, got ${Array.isArray(json) ? "a list" : JSON.stringify(json)}`,
  );
}

function convert(value: unknown, path: string, depth: number): Json {
  if (depth > MAX_DEPTH) throw new TypeError(`${path} nests more than ${MAX_DEPTH} levels deep, or contains itself`);
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return value.map((part, index) => convert(part ?? null, `${path}[${index}]`, depth + 1));
  if (isPlain(value)) {
    const entries = Object.entries(value).filter(([, part]) => part !== undefined);
    return Object.fromEntries(entries.map(([key, part]) => [key, convert(part, `${path}.${key}`, depth + 1)]));
  }
  throw new TypeError(`${path} must be JSON, got ${whatIs(value)}${mendFor(value)}`);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function whatIs(value: unknown): string {
  if (typeof value === "object" && value !== null) return `an instance of ${value.constructor.name}`;
  return typeof value === "number" ? String(value) : `a value of type ${typeof value}`;
}

function mendFor(value: unknown): string {
  if (value instanceof Date) return "; write `.toISOString()`";
  if (value instanceof Map) return "; write `Object.fromEntries(…)`";
  if (value instanceof Set) return "; write `[...set]`";
  if (value instanceof URL) return "; write `.href`";
  return typeof value === "bigint" ? "; write `String(…)`" : "";
}
