/** Global and node state: small JSON facts with versions. */
import { createRoute, z } from "@hono/zod-openapi";
import { UltravisorError } from "../../core/errors.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { type AppContext, type Endpoint, jsonBody, listOf, PROBLEMS, STREAM_CONTENT } from "../endpoint.ts";
import { presentState, StateView } from "../presenters/state-entry.ts";
import type { Services } from "../services.ts";
import { wantsStream } from "../sse.ts";
import { watchState } from "../watch-state.ts";

const query = z.strictObject({
  scope: z
    .enum(["global", "node"])
    .optional()
    .openapi({ description: "`node`: private to this node; default `global`" }),
});
/** The body's own check has seen that it is JSON. */
const anyJson = z.unknown().refine((value) => value !== undefined, { error: "Expected a JSON value" });
const params = z.object({ key: z.string() });

const list = createRoute({
  method: "get",
  path: "/api/state",
  tags: ["state"],
  summary: "Every key of a scope",
  request: { query },
  responses: {
    200: { description: "The entries", content: { "application/json": { schema: listOf(StateView) } } },
    ...PROBLEMS,
  },
});

const get = createRoute({
  method: "get",
  path: "/api/state/{key}",
  tags: ["state"],
  summary: "One key; `ETag` is its version. With `Accept: text/event-stream`, its value now and whenever it changes",
  description:
    "A stream of events `state` with the entry, or null while there is none. What changes faster than it can be sent is told by its last value.",
  request: { params, query },
  responses: {
    200: { description: "The entry", content: { "application/json": { schema: StateView }, ...STREAM_CONTENT } },
    ...PROBLEMS,
  },
});

const put = createRoute({
  method: "put",
  path: "/api/state/{key}",
  tags: ["state"],
  summary: "Write one key",
  description:
    "With `version` or `If-Match`: only when the stored version is this one; version 0 or `If-None-Match: *`: only when the key does not exist.",
  request: { params, query, body: jsonBody(z.strictObject({ value: anyJson, version: z.int().min(0).optional() })) },
  responses: { 200: { description: "The entry", content: { "application/json": { schema: StateView } } }, ...PROBLEMS },
});

const remove = createRoute({
  method: "delete",
  path: "/api/state/{key}",
  tags: ["state"],
  summary: "Forget one key",
  request: { params, query },
  responses: { 204: { description: "Forgotten" }, ...PROBLEMS },
});

const increment = createRoute({
  method: "post",
  path: "/api/state/{key}/increment",
  tags: ["state"],
  summary: "Add to a number",
  description: "One write, so no addition is lost. A key that is not there counts as 0.",
  request: { params, query, body: jsonBody(z.strictObject({ by: z.number().default(1) })) },
  responses: { 200: { description: "The entry", content: { "application/json": { schema: StateView } } }, ...PROBLEMS },
});

const merge = createRoute({
  method: "patch",
  path: "/api/state/{key}",
  tags: ["state"],
  summary: "Merge into an object",
  description: "By RFC 7396: `null` takes a key away.",
  request: { params, query, body: jsonBody(z.record(z.string(), z.unknown())) },
  responses: { 200: { description: "The entry", content: { "application/json": { schema: StateView } } }, ...PROBLEMS },
});

const history = createRoute({
  method: "get",
  path: "/api/state/{key}/history",
  tags: ["state"],
  summary: "The last values of one key, newest first",
  request: { params, query: query.extend({ limit: z.coerce.number().int().min(1).max(100).default(100) }) },
  responses: {
    200: { description: "The entries", content: { "application/json": { schema: listOf(StateView) } } },
    ...PROBLEMS,
  },
});

type Endpoints = readonly [
  Endpoint<typeof list>,
  Endpoint<typeof get>,
  Endpoint<typeof put>,
  Endpoint<typeof remove>,
  Endpoint<typeof increment>,
  Endpoint<typeof merge>,
  Endpoint<typeof history>,
];

export function stateEndpoints(services: Services): Endpoints {
  const { state, node } = services;
  const scopeOf: ScopeOf = (asked) => (asked.scope === "node" ? node : "global");
  return [
    {
      route: list,
      handler: async (c) => {
        const entries = await state.list(scopeOf(c.req.valid("query")));
        return c.json({ items: entries.map(presentState), next: null }, 200);
      },
    },
    {
      route: get,
      handler: async (c) => {
        const { key } = c.req.valid("param");
        const scope = scopeOf(c.req.valid("query"));
        if (wantsStream(c)) return watchState(c, services, scope, key) as never;
        const entry = await state.get(scope, key);
        if (entry === null) throw unknownKey(key);
        return c.json(presentState(entry), 200, { etag: `"${entry.version}"` });
      },
    },
    {
      route: put,
      handler: async (c) => {
        const { key } = c.req.valid("param");
        const { value, version } = c.req.valid("json");
        const entry = await state.set(scopeOf(c.req.valid("query")), key, value as Json, "api", version ?? expected(c));
        return c.json(presentState(entry), 200, { etag: `"${entry.version}"` });
      },
    },
    {
      route: remove,
      handler: async (c) => {
        const { key } = c.req.valid("param");
        if (!(await state.delete(scopeOf(c.req.valid("query")), key))) throw unknownKey(key);
        return c.body(null, 204);
      },
    },
    ...changeEndpoints(services, scopeOf),
  ];
}

type ScopeOf = (asked: { scope?: "global" | "node" | undefined }) => string;

function changeEndpoints(
  { state }: Services,
  scopeOf: ScopeOf,
): readonly [Endpoint<typeof increment>, Endpoint<typeof merge>, Endpoint<typeof history>] {
  return [
    {
      route: increment,
      handler: async (c) => {
        const key = c.req.valid("param").key;
        const entry = await state.increment(scopeOf(c.req.valid("query")), key, c.req.valid("json").by, "api");
        return c.json(presentState(entry), 200, { etag: `"${entry.version}"` });
      },
    },
    {
      route: merge,
      handler: async (c) => {
        const key = c.req.valid("param").key;
        const entry = await state.merge(scopeOf(c.req.valid("query")), key, c.req.valid("json") as JsonObject, "api");
        return c.json(presentState(entry), 200, { etag: `"${entry.version}"` });
      },
    },
    {
      route: history,
      handler: async (c) => {
        const asked = c.req.valid("query");
        const entries = await state.history(scopeOf(asked), c.req.valid("param").key, asked.limit);
        return c.json({ items: entries.map(presentState), next: null }, 200);
      },
    },
  ];
}

/** The version that `If-Match` or `If-None-Match` asks for. */
function expected(c: AppContext): number | undefined {
  if (c.req.header("if-none-match")?.trim() === "*") return 0;
  const match = c.req.header("if-match")?.trim();
  if (match === undefined || match === "*") return undefined;
  const version = /^"(\d{1,15})"$/.exec(match)?.[1];
  if (version === undefined)
    throw new UltravisorError(
      "invalid_request",
      `Expected If-Match to be the ETag of a read, such as "3"; got ${match.slice(0, 50)}.`,
    );
  return Number(version);
}

function unknownKey(key: string): UltravisorError {
  return new UltravisorError(
    "unknown_key",
    `The state has no key ${JSON.stringify(key.slice(0, 100))}. GET /api/state lists them.`,
  );
}
