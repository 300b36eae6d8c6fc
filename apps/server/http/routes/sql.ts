/** Read-only SQL for the owner, over the tables that carry the words of the product. */
import { createRoute, z } from "@hono/zod-openapi";
import type { Json } from "../../core/json.ts";
import { type Endpoint, jsonBody, listOf, PROBLEMS } from "../endpoint.ts";
import type { Services } from "../services.ts";

const SECOND = 1000;

const tables = createRoute({
  method: "get",
  path: "/api/sql",
  tags: ["sql"],
  summary: "Tables that can be asked in SQL, with their columns",
  responses: {
    200: {
      description: "The tables",
      content: {
        "application/json": {
          schema: listOf(z.object({ name: z.string(), columns: z.array(z.string()) }).openapi("SqlTable")),
        },
      },
    },
    ...PROBLEMS,
  },
});

const scalar = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.array(z.unknown()),
  z.record(z.string(), z.unknown()),
]);

const ask = createRoute({
  method: "post",
  path: "/api/sql",
  tags: ["sql"],
  summary: "Ask in SQL",
  description:
    "One statement that only reads. It sees the history as it was when it began. `parameters` fill `?` in order, or `:name` by name.",
  request: {
    body: jsonBody(
      z.strictObject({
        sql: z.string().min(1).max(100_000).openapi({ example: "SELECT name, count(*) FROM runs GROUP BY name" }),
        parameters: z.union([z.array(scalar).max(1000), z.record(z.string(), scalar)]).default([]),
        limit: z.int().min(1).max(10_000).default(1000),
        timeout: z.number().min(0.1).max(60).default(10).openapi({ description: "Seconds" }),
      }),
    ),
  },
  responses: {
    200: {
      description: "The rows, each a list of values in the order of `columns`; `truncated`: there are more",
      content: {
        "application/json": {
          schema: z
            .object({
              columns: z.array(z.string()),
              rows: z.array(z.array(z.union([z.string(), z.number(), z.null()]))),
              truncated: z.boolean(),
              ms: z.int(),
            })
            .openapi("SqlAnswer"),
        },
      },
    },
    ...PROBLEMS,
  },
});

export function sqlEndpoints({ sql }: Services): readonly [Endpoint<typeof tables>, Endpoint<typeof ask>] {
  return [
    {
      route: tables,
      handler: (c) => {
        const items = sql.tables.map(({ name, columns }) => ({ name, columns: [...columns] }));
        return c.json({ items, next: null }, 200);
      },
    },
    {
      route: ask,
      handler: async (c) => {
        const { sql: text, parameters, limit, timeout } = c.req.valid("json");
        const asked = { sql: text, parameters: parameters as readonly Json[], limit, timeout: timeout * SECOND };
        const { columns, rows, truncated, ms } = await sql.ask(asked);
        return c.json({ columns: [...columns], rows: rows.map((row) => [...row]), truncated, ms }, 200);
      },
    },
  ];
}
