/** Aggregates of the data store: counts, sums and the like over all records that fit, or by group. */
import { createRoute, z } from "@hono/zod-openapi";
import type { AggregateRow } from "../../core/record-query.ts";
import { type Endpoint, limit, listOf, PROBLEMS } from "../endpoint.ts";
import type { Services } from "../services.ts";
import { parseGroup, parseMeasures, type Sorting, toSorting } from "../where.ts";
import { filterQuery, refuseUnknown, toFilter } from "./data.ts";

const AggregateView = z
  .object({
    group: z.record(z.string(), z.unknown()).openapi({ description: "By path; null where the field is missing" }),
    values: z.record(z.string(), z.unknown()).openapi({ example: { count: 3, "avg(price)": 12.5 } }),
  })
  .openapi("Aggregate");

const aggregate = createRoute({
  method: "get",
  path: "/api/data/{collection}/aggregate",
  tags: ["data"],
  summary: "Counts, sums, averages and the like, by group",
  description:
    "`values`: count, count(path), sum(path), avg(path), min(path), max(path), distinct(path), joined by commas; default count. `group`: paths. " +
    "`order`: one of the values or paths, with - before it for descending; default the first value, largest first.",
  request: {
    params: z.object({ collection: z.string() }),
    query: z.strictObject({
      ...filterQuery,
      values: z.string().min(1).max(2000).default("count").openapi({ example: "count,avg(price)" }),
      group: z.string().min(1).max(2000).optional().openapi({ example: "shop.name" }),
      order: z.string().min(1).max(500).optional(),
      limit,
    }),
  },
  responses: {
    200: {
      description: "The groups; `total` is how many there are",
      content: { "application/json": { schema: listOf(AggregateView).extend({ total: z.int() }) } },
    },
    ...PROBLEMS,
  },
});

export function aggregateEndpoints(services: Services): readonly [Endpoint<typeof aggregate>] {
  return [
    {
      route: aggregate,
      handler: async (c) => {
        const { collection } = c.req.valid("param");
        const { values, group, order, limit: wanted = 100, ...filter } = c.req.valid("query");
        const measures = parseMeasures(values);
        const groups = group === undefined ? [] : parseGroup(group);
        const sorting = toSorting(
          order,
          groups.map(({ text }) => text),
          measures.map(({ text }) => text),
        );
        await refuseUnknown(services, collection);
        const rows = await services.records.aggregate(collection, { ...toFilter(filter), group: groups, measures });
        const items = sorted(rows, sorting).slice(0, wanted);
        return c.json({ items, next: null, total: rows.length }, 200);
      },
    },
  ];
}

function sorted(rows: readonly AggregateRow[], { of, field, descending }: Sorting): AggregateRow[] {
  const sign = descending ? -1 : 1;
  return rows.toSorted((a, b) => sign * compare(a[of][field], b[of][field]));
}

/** Null, then numbers, then everything else by its text. */
function compare(a: unknown, b: unknown): number {
  const [kindOfA, kindOfB] = [kindOf(a), kindOf(b)];
  if (kindOfA !== kindOfB) return kindOfA - kindOfB;
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [left, right] = [String(a), String(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function kindOf(value: unknown): number {
  if (value === null || value === undefined) return 0;
  return typeof value === "number" ? 1 : 2;
}
