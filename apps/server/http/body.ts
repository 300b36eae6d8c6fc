/** What a request may carry: JSON only, at most 1 MiB, and nothing that could bend an object's prototype. */
import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { UltravisorError } from "../core/errors.ts";
import { repeatedName } from "../core/repeated-name.ts";
import type { AppContext, AppEnv } from "./endpoint.ts";

const MAX_BODY = 1024 * 1024;
const MAX_DEPTH = 64;
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** Refuses a body above 1 MiB, by its stated length before anything is read. */
export const limitBody: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (!mayHaveBody(c)) return next();
  const stated = c.req.header("transfer-encoding") === undefined ? c.req.header("content-length") : undefined;
  if (stated === undefined) return limitUnstated(c, next);
  // Node reads no more than was stated; to look at the body itself would make a whole second request of it.
  if (Number(stated) > MAX_BODY) tooLarge();
  await next();
};

const limitUnstated: MiddlewareHandler<AppEnv> = bodyLimit({ maxSize: MAX_BODY, onError: tooLarge });

function tooLarge(): never {
  throw new UltravisorError("body_too_large", "Expected a body of at most 1 MiB; send less, or split it.");
}

function mayHaveBody(c: AppContext): boolean {
  return c.req.method !== "GET" && c.req.method !== "HEAD";
}

/** Lets pass JSON that is safe to work with; requests without a body pass as well. */
export const checkBody: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (mayHaveBody(c)) {
    const type = c.req.header("content-type");
    const text = type === undefined || isJson(type) ? await c.req.text() : "";
    if (type === undefined ? text !== "" : !isJson(type)) {
      throw new UltravisorError(
        "unsupported_media_type",
        `Expected a body of type application/json; got ${type ?? "none"}.`,
      );
    }
    if (text !== "") {
      refuseUnsafe(parse(text));
      refuseRepeated(text);
    }
  }
  await next();
};

function isJson(type: string): boolean {
  return /^application\/json\s*(;.*)?$/i.test(type);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UltravisorError(
      "invalid_request",
      `The body is not valid JSON: ${cause instanceof Error ? cause.message : "unreadable"}.`,
    );
  }
}

/** Walks without recursion, so that no nesting can exhaust the stack. */
function refuseUnsafe(root: unknown): void {
  const open: { value: unknown; path: string; depth: number }[] = [{ value: root, path: "", depth: 0 }];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    const { value, path, depth } = part;
    if (depth > MAX_DEPTH) throw refusal(path.slice(0, 100), `Nested deeper than ${MAX_DEPTH} levels`);
    if (typeof value === "number" && !Number.isFinite(value)) throw refusal(path, "A number too large for JSON");
    if (typeof value === "string" && !value.isWellFormed()) throw refusal(path, "Text with half a surrogate pair");
    if (typeof value !== "object" || value === null) continue;
    for (const [key, inner] of Object.entries(value)) {
      if (FORBIDDEN_KEYS.has(key) && !Array.isArray(value))
        throw refusal(`${path}.${key}`, "A name that is not allowed");
      if (!key.isWellFormed()) throw refusal(path, "A name with half a surrogate pair");
      open.push({ value: inner, path: Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`, depth: depth + 1 });
    }
  }
}

/** Two readers of one text may take different values of such a name: what was checked must be what is used. */
function refuseRepeated(text: string): void {
  const name = repeatedName(text);
  if (name !== null) throw refusal(name.slice(0, 100), "A name that stands twice in one object");
}

function refusal(path: string, message: string): UltravisorError {
  const field = { path: path.replace(/^\./, ""), message };
  return new UltravisorError("invalid_request", `The body is refused: ${field.path}: ${message}.`, { fields: [field] });
}
