/** Manifests of runs that ended, as they lie in the file store. */
import { sql } from "drizzle-orm";
import { check, index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { time } from "./columns.ts";
import { runs } from "./runs.ts";

export const manifests = sqliteTable(
  "manifests",
  {
    /** One per run: a run that was retried gets another in its place. */
    runId: text("run_id")
      .primaryKey()
      .references(() => runs.id, { onDelete: "cascade" }),
    sha256: text("sha256").notNull(),
    size: integer("size").notNull(),
    writtenAt: time("written_at").notNull(),
  },
  (t) => [index("manifests_by_sha256").on(t.sha256), check("manifests_sha256", sql`length(sha256) = 64`)],
);
