/** Which addresses a browser task may be given and may open: http and https only, nothing that a log or another host should not see. */
import type { Json, JsonObject } from "./json.ts";

const MAX_LENGTH = 8192;

/** Why a text is no such address, or null. */
export function addressFault(text: string, base?: URL): string | null {
  if (text.length > MAX_LENGTH) return `it has ${text.length} characters, at most ${MAX_LENGTH} are allowed`;
  const url = URL.parse(text, base);
  if (!url) return "it is not an absolute URL";
  if (url.protocol !== "http:" && url.protocol !== "https:") return `"${url.protocol}" is not http: or https:`;
  if (url.username || url.password) return "it carries a user name or password; give an authorization header instead";
  return null;
}

/** The fields of an input that its JSON Schema calls addresses (`format: "uri"`, as `z.url()` gives) and that are none for a browser. */
export function addressFaults(schema: JsonObject, value: unknown, path = "input"): { path: string; message: string }[] {
  if (typeof value === "string" && schema.format === "uri") {
    const fault = addressFault(value);
    return fault === null ? [] : [{ path, message: `expected an http(s) address: ${fault}` }];
  }
  if (Array.isArray(value) && isObject(schema.items)) {
    const { items } = schema;
    return value.flatMap((item, at) => addressFaults(items, item, `${path}[${at}]`));
  }
  if (!isObject(value as Json) || !isObject(schema.properties)) return [];
  return Object.entries(schema.properties).flatMap(([name, property]) =>
    isObject(property) ? addressFaults(property, (value as JsonObject)[name], `${path}.${name}`) : [],
  );
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
