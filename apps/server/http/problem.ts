/** The one door through which errors leave the server: problem+json with a stable code, and nothing of its insides. */
import { HTTPException } from "hono/http-exception";
import type { ZodError } from "zod";
import { ERROR_STATUS, type ErrorCode, type FieldError, UltravisorError } from "../core/errors.ts";
import type { Logger } from "../core/ports.ts";
import type { AppContext } from "./endpoint.ts";

const TITLES: Readonly<Record<ErrorCode, string>> = {
  invalid_request: "The request is not understood",
  unauthenticated: "Sign in or send the token",
  forbidden: "The request comes from another site",
  unknown_task: "No such task",
  unknown_run: "No such run",
  unknown_file: "No such file",
  unknown_mirror: "No such mirror",
  unknown_key: "No such key",
  unknown_session: "No such saved session",
  unknown_collection: "No such collection",
  unknown_record: "No such record",
  unknown_schedule: "No such schedule entry",
  unknown_route: "No such address",
  conflict: "Something else came first",
  run_final: "The run has ended",
  task_file_invalid: "The task file has mistakes",
  body_too_large: "The body is too large",
  unsupported_media_type: "The body is not JSON",
  invalid_range: "The range lies outside the file",
  wrong_host: "The server does not go by this name",
  invalid_input: "The input does not fit the task",
  invalid_trigger: "The trigger is not valid",
  invalid_query: "The query is not valid",
  query_too_slow: "The query took too long",
  too_many_requests: "Too many requests",
  internal: "Something failed on the server",
  database_busy: "The database is busy",
  shutting_down: "The server is stopping",
  disk_full: "The disk is full",
};

/** Turns whatever was thrown into the answer, and logs what is our fault. */
export function problem(error: unknown, c: AppContext, logger: Logger): Response {
  const known = toKnown(error);
  const requestId = c.get("requestId");
  if (known.code === "internal")
    logger.error({ err: error, requestId, method: c.req.method, path: c.req.path }, "request failed");
  const headers = new Headers({ "content-type": "application/problem+json; charset=UTF-8" });
  if (known.status === 503 || known.status === 429) headers.set("retry-after", String(known.retryAfter ?? 1));
  if (known.status === 401) headers.set("www-authenticate", 'Bearer realm="ultravisor"');
  const body = {
    type: `/docs/errors#${known.code}`,
    title: TITLES[known.code],
    status: known.status,
    code: known.code,
    detail: known.message,
    fields: known.fields,
    requestId,
  };
  return new Response(c.req.method === "HEAD" ? null : JSON.stringify(body), { status: known.status, headers });
}

/** Answers of zod's checks, by what was checked. Given to the app as its default hook. */
export function refuseInvalid(result: {
  readonly target: string;
  readonly success: boolean;
  readonly error?: ZodError;
}): void {
  if (result.success || result.error === undefined) return;
  const fields = fieldErrors(result.error);
  const what = result.target === "json" ? "body" : result.target;
  const code = result.target === "query" ? "invalid_query" : "invalid_request";
  throw new UltravisorError(code, `The ${what} does not fit: ${fields.map(sentence).join("; ")}.`, { fields });
}

/** Fields of a zod error, with unknown ones named one by one. */
export function fieldErrors(error: ZodError): FieldError[] {
  return error.issues.flatMap((issue) => {
    if (issue.code !== "unrecognized_keys") return [{ path: pathText(issue.path), message: issue.message }];
    return issue.keys.map((key) => ({ path: pathText([...issue.path, key]), message: "Unknown field; leave it out" }));
  });
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? String(part) : `${text}.${String(part)}`;
  }, "");
}

function sentence(field: FieldError): string {
  return field.path === "" ? field.message : `${field.path}: ${field.message}`;
}

function toKnown(error: unknown): UltravisorError {
  if (error instanceof UltravisorError) return error;
  if (error instanceof HTTPException) return fromHttp(error);
  const code = systemCode(error);
  if (/^SQLITE_(BUSY|LOCKED)/.test(code))
    return new UltravisorError("database_busy", "The database is held by something else; try again in a second.");
  if (code === "ENOSPC" || code.startsWith("SQLITE_FULL")) {
    return new UltravisorError(
      "disk_full",
      "Nothing could be written because the disk is full; free some space, then try again.",
    );
  }
  return new UltravisorError("internal", "The server's log tells what happened, under the request id given here.");
}

function fromHttp(error: HTTPException): UltravisorError {
  if (error.status === 415)
    return new UltravisorError("unsupported_media_type", "Expected a body of type application/json.");
  if (error.status === 413) return new UltravisorError("body_too_large", "Expected a body of at most 1 MiB.");
  if (error.status >= 500)
    return new UltravisorError("internal", "The server's log tells what happened, under the request id given here.");
  return new UltravisorError("invalid_request", error.message || "The request could not be read.");
}

/** The first system or database code along the chain of causes. */
function systemCode(error: unknown): string {
  for (let part = error, depth = 0; part instanceof Error && depth < 8; part = part.cause, depth += 1) {
    const code = (part as { code?: unknown }).code;
    if (typeof code === "string" && !(code in ERROR_STATUS)) return code;
  }
  return "";
}
