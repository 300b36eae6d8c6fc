/** What mirrored runs received. */
import { check, index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { CAPTURE_KINDS, type CaptureDraft, type CaptureKind } from "../../core/mirror.ts";
import { json, oneOf, time } from "./columns.ts";
import { runs } from "./runs.ts";

export const captures = sqliteTable(
  "captures",
  {
    id: integer("id").primaryKey(),
    runId: text("run_id")
      .notNull()
      .references(() => runs.id, { onDelete: "cascade" }),
    kind: text("kind").$type<CaptureKind>().notNull(),
    url: text("url").notNull(),
    status: integer("status").notNull(),
    headers: json<CaptureDraft["headers"]>("headers").notNull(),
    request: json<CaptureDraft["request"]>("request"),
    sha256: text("sha256"),
    size: integer("size").notNull(),
    type: text("type").notNull(),
    title: text("title").notNull(),
    target: text("target"),
    time: time("time").notNull(),
  },
  (t) => [
    uniqueIndex("captures_once").on(t.runId, t.url, t.kind),
    index("captures_by_run").on(t.runId, t.id),
    check("captures_kind", oneOf("kind", CAPTURE_KINDS)),
  ],
);
