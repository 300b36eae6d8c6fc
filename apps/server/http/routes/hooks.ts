/** Webhooks: open to all, since their senders have no token; the signature decides. */
import { createRoute, z } from "@hono/zod-openapi";
import { type Endpoint, PROBLEMS } from "../endpoint.ts";
import type { Services } from "../services.ts";

const receive = createRoute({
  method: "post",
  path: "/api/hooks/{name}",
  tags: ["schedule"],
  summary: "Start what has a webhook trigger of this name; signed, without a token",
  description:
    "`X-Ultravisor-Signature` is `sha256=` and the hex HMAC-SHA256 of the timestamp, a dot and the body, with the trigger's secret. A message that comes twice starts one run.",
  security: [],
  request: {
    params: z.object({ name: z.string().openapi({ param: { name: "name", in: "path" } }) }),
    headers: z.object({
      "x-ultravisor-timestamp": z
        .string()
        .regex(/^\d{1,12}$/, "Expected Unix seconds")
        .optional(),
      "x-ultravisor-signature": z.string().max(200).optional(),
    }),
  },
  responses: {
    202: {
      description: "The runs",
      content: { "application/json": { schema: z.object({ runs: z.array(z.object({ id: z.string() })) }) } },
    },
    ...PROBLEMS,
  },
});

export function hookEndpoints({ engine }: Services): readonly [Endpoint<typeof receive>] {
  return [
    {
      route: receive,
      handler: async (c) => {
        const headers = c.req.valid("header");
        const runs = await engine.receive(c.req.valid("param").name, {
          timestamp: headers["x-ultravisor-timestamp"] ?? "",
          signature: headers["x-ultravisor-signature"] ?? "",
          body: await c.req.text(),
        });
        return c.json({ runs: runs.map(({ id }) => ({ id })) }, 202);
      },
    },
  ];
}
