/** Backups of the record database. */
import { createRoute, z } from "@hono/zod-openapi";
import { type Endpoint, PROBLEMS } from "../endpoint.ts";
import type { Services } from "../services.ts";

const BackupView = z
  .object({
    path: z.string().openapi({ description: "On the server's machine" }),
    size: z.number().openapi({ description: "Bytes" }),
  })
  .openapi("Backup");

const post = createRoute({
  method: "post",
  path: "/api/backups",
  tags: ["server"],
  summary: "Copy the record database as it is now, without stopping anything",
  responses: { 201: { description: "The copy", content: { "application/json": { schema: BackupView } } }, ...PROBLEMS },
});

export function backupEndpoints({ backups }: Services): readonly [Endpoint<typeof post>] {
  return [{ route: post, handler: async (c) => c.json(await backups.create(), 201) }];
}
