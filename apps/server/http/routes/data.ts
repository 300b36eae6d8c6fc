/** The data store: collections, queries, exports, single records, what one run saved, and deletion. */
import { createRoute, z } from "@hono/zod-openapi";
import { UltravisorError } from "../../core/errors.ts";
import type { RecordFilter } from "../../core/record-query.ts";
import { cursor, type Endpoint, idParam, limit, listOf, PROBLEMS, TEXT_CONTENT } from "../endpoint.ts";
import { EXPORT_FORMATS, exported } from "../export.ts";
import { findRun } from "../find.ts";
import { presentRecord, presentVersion, RecordVersionView, RecordView } from "../presenters/record.ts";
import { isoOrNull } from "../presenters/time.ts";
import type { Services } from "../services.ts";
import { parseOrder, parseWhere } from "../where.ts";

const CollectionView = z
  .object({
    collection: z.string(),
    records: z.int(),
    updatedAt: z.string().nullable(),
    declared: z.boolean().openapi({ description: "A task file says what its records are; see its schema" }),
  })
  .openapi("Collection");

const collectionParam = z.object({ collection: z.string() });
const recordParam = z.object({ collection: z.string(), id: z.string() });

/** Which records; the same for lists, exports, aggregates and deletion. */
export const filterQuery = {
  where: z.string().min(1).max(4000).optional().openapi({ example: "price>10,title~foo" }),
  search: z.string().min(1).max(500).optional().openapi({
    description: 'Words that must occur: `blue chair`, `"a phrase"`, `begin*`, `-without`, `this OR that`',
  }),
  run: z.string().max(100).optional().openapi({ description: "Only records that this run saved last" }),
};

const collections = createRoute({
  method: "get",
  path: "/api/data",
  tags: ["data"],
  summary: "Collections",
  responses: {
    200: { description: "Every collection", content: { "application/json": { schema: listOf(CollectionView) } } },
    ...PROBLEMS,
  },
});

const schema = createRoute({
  method: "get",
  path: "/api/data/{collection}/schema",
  tags: ["data"],
  summary: "JSON Schema of a collection's records, as a task file declares it",
  request: { params: collectionParam },
  responses: {
    200: {
      description: "The schema",
      content: { "application/json": { schema: z.record(z.string(), z.unknown()).openapi("JsonSchema") } },
    },
    ...PROBLEMS,
  },
});

const query = createRoute({
  method: "get",
  path: "/api/data/{collection}",
  tags: ["data"],
  summary: "Records of a collection",
  description:
    "`where`: conditions `path operator value` joined by commas, all of which must hold; operators = != < <= > >= ~ (contains), `path in (a, b)`, `path exists`, `path missing`; quote a value that holds a comma. " +
    "`order`: a path, with - before it for descending. `format` jsonl or csv, or `limit=all`, exports every record that fits.",
  request: {
    params: collectionParam,
    query: z.strictObject({
      ...filterQuery,
      order: z.string().min(1).max(500).optional().openapi({ example: "-price" }),
      format: z.enum(EXPORT_FORMATS).optional(),
      cursor,
      limit: z.union([z.literal("all"), limit]).optional(),
    }),
  },
  responses: {
    200: {
      description: "A page of records, or an export",
      content: { "application/json": { schema: listOf(RecordView) }, ...TEXT_CONTENT },
    },
    ...PROBLEMS,
  },
});

const get = createRoute({
  method: "get",
  path: "/api/data/{collection}/{id}",
  tags: ["data"],
  summary: "One record with its former versions",
  request: { params: recordParam },
  responses: {
    200: {
      description: "The record; `versions` are the last 20 before it changed, newest first",
      content: { "application/json": { schema: RecordView.extend({ versions: z.array(RecordVersionView) }) } },
    },
    ...PROBLEMS,
  },
});

const Deleted = z.object({ deleted: z.int() });

const removeMany = createRoute({
  method: "delete",
  path: "/api/data/{collection}",
  tags: ["data"],
  summary: "Delete records of a collection",
  description: "Those that fit `where`, `search` and `run`; without any of them, all: then `all=true` has to be said.",
  request: {
    params: collectionParam,
    query: z.strictObject({ ...filterQuery, all: z.literal("true").optional() }),
  },
  responses: {
    200: { description: "How many", content: { "application/json": { schema: Deleted } } },
    ...PROBLEMS,
  },
});

const removeOne = createRoute({
  method: "delete",
  path: "/api/data/{collection}/{id}",
  tags: ["data"],
  summary: "Delete one record",
  request: { params: recordParam },
  responses: { 204: { description: "Deleted" }, ...PROBLEMS },
});

const ofRun = createRoute({
  method: "get",
  path: "/api/runs/{id}/data",
  tags: ["data"],
  summary: "Records that a run saved",
  request: { params: idParam, query: z.strictObject({ cursor, limit }) },
  responses: {
    200: { description: "A page of records", content: { "application/json": { schema: listOf(RecordView) } } },
    ...PROBLEMS,
  },
});

type Endpoints = readonly [
  Endpoint<typeof collections>,
  Endpoint<typeof schema>,
  Endpoint<typeof query>,
  Endpoint<typeof ofRun>,
  ...RecordEndpoints,
];
type RecordEndpoints = readonly [Endpoint<typeof get>, Endpoint<typeof removeMany>, Endpoint<typeof removeOne>];

export function dataEndpoints(services: Services): Endpoints {
  const { records, runs, catalog } = services;
  return [
    {
      route: collections,
      handler: async (c) => {
        const saved = await records.collections();
        const names = new Set(catalog.collections().map(({ name }) => name));
        const items = saved.map((item) => ({
          ...item,
          updatedAt: isoOrNull(item.updatedAt),
          declared: names.delete(item.collection),
        }));
        const empty = [...names].map((collection) => ({ collection, records: 0, updatedAt: null, declared: true }));
        return c.json({ items: [...items, ...empty], next: null }, 200);
      },
    },
    {
      route: schema,
      handler: async (c) => {
        const { collection } = c.req.valid("param");
        const found = catalog.collections().find(({ name }) => name === collection);
        if (found === undefined)
          throw new UltravisorError(
            "unknown_collection",
            `No task file declares a collection ${JSON.stringify(collection.slice(0, 100))}; write collection("…", { schema }) in one.`,
          );
        return c.json(found.schema as Record<string, never>, 200);
      },
    },
    {
      route: query,
      handler: async (c) => {
        const { collection } = c.req.valid("param");
        const { order, format, limit: wanted, cursor: from, ...filter } = c.req.valid("query");
        const fits = { ...toFilter(filter), order: order === undefined ? undefined : parseOrder(order) };
        const everything = wanted === "all" || format === "jsonl" || format === "csv";
        const page = { cursor: everything ? undefined : from, limit: everything ? 1 : (wanted as number | undefined) };
        const { items, next } = await records.list(collection, { ...fits, ...page });
        if (items.length === 0) await refuseUnknown(services, collection);
        if (everything) return (await exported(c, records, collection, fits, format ?? "json")) as never;
        return c.json({ items: items.map(presentRecord), next }, 200);
      },
    },
    {
      route: ofRun,
      handler: async (c) => {
        const { id } = await findRun(runs, c.req.valid("param").id);
        const { items, next } = await records.listOfRun(id, c.req.valid("query"));
        return c.json({ items: items.map(presentRecord), next }, 200);
      },
    },
    ...recordEndpoints(services),
  ];
}

type Stores = Pick<Services, "records" | "catalog">;

function recordEndpoints(services: Stores): RecordEndpoints {
  const { records } = services;
  return [
    {
      route: get,
      handler: async (c) => {
        const { collection, id } = c.req.valid("param");
        const record = await records.get(collection, id);
        if (record === null) throw unknownRecord(collection, id);
        const versions = (await records.versions(record.id)).map(presentVersion);
        return c.json({ ...presentRecord(record), versions }, 200);
      },
    },
    {
      route: removeMany,
      handler: async (c) => {
        const { collection } = c.req.valid("param");
        const { all, ...filter } = c.req.valid("query");
        if (all === undefined && Object.values(filter).every((part) => part === undefined))
          throw new UltravisorError(
            "invalid_query",
            "Expected where, search or run, or all=true to delete the whole collection.",
          );
        await refuseUnknown(services, collection);
        return c.json({ deleted: await records.remove(collection, toFilter(filter)) }, 200);
      },
    },
    {
      route: removeOne,
      handler: async (c) => {
        const { collection, id } = c.req.valid("param");
        const byId = [{ path: ["_id"], op: "=", value: id }] as const;
        if ((await records.remove(collection, { where: byId })) === 0) throw unknownRecord(collection, id);
        return c.body(null, 204);
      },
    },
  ];
}

/** What the pieces of a query string ask for. */
export function toFilter(asked: {
  where?: string | undefined;
  search?: string | undefined;
  run?: string | undefined;
}): RecordFilter {
  const { where, search, run } = asked;
  return { where: where === undefined ? undefined : parseWhere(where), search, runId: run };
}

/** @throws `unknown_collection` */
export async function refuseUnknown({ records, catalog }: Stores, collection: string): Promise<void> {
  if (catalog.collections().some(({ name }) => name === collection)) return;
  const known = await records.collections();
  if (known.some((item) => item.collection === collection)) return;
  throw new UltravisorError(
    "unknown_collection",
    `No run has saved to a collection ${JSON.stringify(collection.slice(0, 100))}. GET /api/data lists the collections.`,
  );
}

function unknownRecord(collection: string, id: string): UltravisorError {
  return new UltravisorError(
    "unknown_record",
    `The collection ${JSON.stringify(collection.slice(0, 100))} has no record ${JSON.stringify(id.slice(0, 100))}. GET /api/data/:collection lists them.`,
  );
}
