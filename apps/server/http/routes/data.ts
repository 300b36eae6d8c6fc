/** The data store: collections, queries, exports, and what one run saved. */
import { createRoute, z } from "@hono/zod-openapi";
import type { SavedRecord } from "../../core/entities.ts";
import { UltravisorError } from "../../core/errors.ts";
import type { RecordQuery } from "../../core/ports.ts";
import { csvColumns, csvLines } from "../csv.ts";
import {
  type AppContext,
  cursor,
  type Endpoint,
  idParam,
  limit,
  listOf,
  PROBLEMS,
  streamed,
  TEXT_CONTENT,
} from "../endpoint.ts";
import { findRun } from "../find.ts";
import { everyItem, inChunks } from "../pages.ts";
import { presentRecord, RecordView } from "../presenters/record.ts";
import { iso } from "../presenters/time.ts";
import type { Services } from "../services.ts";
import { parseOrder, parseWhere } from "../where.ts";

const CollectionView = z
  .object({ collection: z.string(), records: z.int(), updatedAt: z.string() })
  .openapi("Collection");

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

const query = createRoute({
  method: "get",
  path: "/api/data/{collection}",
  tags: ["data"],
  summary: "Records of a collection",
  description:
    "`where`: conditions `path operator value` joined by commas, all of which must hold; operators = != < <= > >= ~ (contains); quote a value that holds a comma. " +
    "`order`: a path, with - before it for descending. `format` jsonl or csv exports every record that fits, from `cursor` on.",
  request: {
    params: z.object({ collection: z.string() }),
    query: z.strictObject({
      where: z.string().min(1).max(4000).optional().openapi({ example: "price>10,title~foo" }),
      order: z.string().min(1).max(500).optional().openapi({ example: "-price" }),
      run: z.string().max(100).optional().openapi({ description: "Only records of this run" }),
      format: z.enum(["json", "jsonl", "csv"]).optional(),
      cursor,
      limit,
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

type Endpoints = readonly [Endpoint<typeof collections>, Endpoint<typeof query>, Endpoint<typeof ofRun>];

export function dataEndpoints(services: Services): Endpoints {
  const { records, runs } = services;
  return [
    {
      route: collections,
      handler: async (c) => {
        const items = (await records.collections()).map((item) => ({ ...item, updatedAt: iso(item.updatedAt) }));
        return c.json({ items, next: null }, 200);
      },
    },
    {
      route: query,
      handler: async (c) => {
        const { collection } = c.req.valid("param");
        const { where, order, run, format, ...page } = c.req.valid("query");
        const asked: RecordQuery = {
          ...page,
          where: where === undefined ? undefined : parseWhere(where),
          order: order === undefined ? undefined : parseOrder(order),
          runId: run,
        };
        const { items, next } = await records.list(collection, asked);
        if (items.length === 0) await refuseUnknown(services, collection);
        if (format === "jsonl" || format === "csv")
          return (await exported(c, services, collection, asked, format)) as never;
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
  ];
}

async function refuseUnknown({ records }: Services, collection: string): Promise<void> {
  const known = await records.collections();
  if (known.some((item) => item.collection === collection)) return;
  throw new UltravisorError(
    "unknown_collection",
    `No run has saved to a collection ${JSON.stringify(collection.slice(0, 100))}. GET /api/data lists the collections.`,
  );
}

async function exported(
  c: AppContext,
  services: Services,
  collection: string,
  asked: RecordQuery,
  format: "jsonl" | "csv",
): Promise<Response> {
  const all = (): AsyncGenerator<SavedRecord> =>
    everyItem((next) => services.records.list(collection, { ...asked, limit: 500, cursor: next ?? asked.cursor }));
  const lines = format === "jsonl" ? jsonLines(all()) : csvLines(await csvColumns(all()), all());
  const name = collection.replaceAll(/[^\w.-]/g, "_");
  return streamed(c, inChunks(lines), {
    "content-type":
      format === "jsonl" ? "application/x-ndjson; charset=utf-8" : "text/csv; charset=utf-8; header=present",
    "content-disposition": `attachment; filename="${name}.${format}"`,
  });
}

async function* jsonLines(records: AsyncIterable<SavedRecord>): AsyncGenerator<string> {
  for await (const record of records) yield `${JSON.stringify(presentRecord(record))}\n`;
}
