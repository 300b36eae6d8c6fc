/** What every route file is made of: the typed endpoint, its answers, and the pieces that many queries share. */
import type { IncomingMessage } from "node:http";
import { setImmediate } from "node:timers/promises";
import { type RouteConfig, type RouteHandler, z } from "@hono/zod-openapi";
import type { Context, TypedResponse } from "hono";

/** Who asks: the bearer of the token, or a browser that signed in. */
export type Caller = "token" | "session";

export interface AppEnv {
  Bindings: {
    /** Aborts when the server stops: streams end. */
    readonly closing?: AbortSignal;
    readonly incoming?: IncomingMessage;
  };
  Variables: { requestId: string; caller: Caller | null };
}

export type AppContext = Context<AppEnv>;

/** Who is at the other end of the connection; null when the app is called without one. */
export function addressOf(c: AppContext): string | null {
  return c.env?.incoming?.socket.remoteAddress ?? null;
}

/** A route and what answers it. */
export interface Endpoint<R extends RouteConfig> {
  readonly route: R;
  readonly handler: RouteHandler<R, AppEnv>;
}

export const ProblemView = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string(),
    fields: z.array(z.object({ path: z.string(), message: z.string(), position: z.int().optional() })),
    requestId: z.string(),
  })
  .openapi("Problem");

/** Every endpoint may answer with a problem. Typed as nothing, so that clients see the good answer only. */
export const PROBLEMS: object = {
  default: { description: "A problem", content: { "application/problem+json": { schema: ProblemView } } },
};

/** Content of an endpoint that also streams; documented, but not part of the typed answer. */
export const STREAM_CONTENT: object = { "text/event-stream": { schema: z.string() } };

export const TEXT_CONTENT: object = { "text/plain": { schema: z.string() } };

/** `limit` of a list: 1 to 500. */
export const limit = z
  .string()
  .regex(/^\d{1,4}$/, "Expected a whole number")
  .transform(Number)
  .pipe(z.number().min(1).max(500))
  .optional()
  .openapi({ type: "integer", description: "1 to 500; default 50" });

export const cursor = z.string().min(1).max(1000).optional().openapi({ description: "`next` of the page before" });

/** A sequence number after which to go on. */
export const after = z
  .string()
  .regex(/^\d{1,15}$/, "Expected a whole number")
  .transform(Number)
  .optional()
  .openapi({ type: "integer" });

/** An ISO 8601 time, as epoch milliseconds. */
export const time = z.iso
  .datetime({ offset: true, error: "Expected an ISO 8601 time such as 2026-01-31T17:00:00Z" })
  .transform((text) => Date.parse(text));

export const idParam = z.object({ id: z.string().openapi({ param: { name: "id", in: "path" } }) });

/** A JSON body that must be there. */
export function jsonBody<S extends z.ZodType>(
  schema: S,
): { required: true; content: { "application/json": { schema: S } } } {
  return { required: true, content: { "application/json": { schema } } };
}

/** `{ items, next }` of something. */
export function listOf<S extends z.ZodType>(
  item: S,
): z.ZodObject<{ items: z.ZodArray<S>; next: z.ZodNullable<z.ZodString> }> {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}

/** A body written as it is read, others being answered between its parts, under the type of the JSON it adds up to. */
export function streamed<T>(
  c: AppContext,
  chunks: AsyncIterable<string>,
  headers: Record<string, string>,
): Response & TypedResponse<T, 200, "json"> {
  const encoder = new TextEncoder();
  const iterator = chunks[Symbol.asyncIterator]();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      // The database answers at once, and so may the socket: nobody else would get a turn until the end of a large body.
      await setImmediate();
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await iterator.return?.();
    },
  });
  return c.body(body, 200, headers) as unknown as Response & TypedResponse<T, 200, "json">;
}
