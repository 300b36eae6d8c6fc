/** Reading file rows; they are written with the task run that made them (leave-behind.ts). */
import { and, asc, eq, gt } from "drizzle-orm";
import type { FileReader } from "../core/ports.ts";
import type { Database } from "./database.ts";
import { decodeCursor, limitOf, toPage } from "./pages.ts";
import { files } from "./schema/index.ts";

export function createFileReader({ db }: Database): FileReader {
  return {
    async get(id) {
      const [row] = await db.select().from(files).where(eq(files.id, id)).limit(1);
      return row ?? null;
    },
    async list(runId, query) {
      const limit = limitOf(query.limit);
      const after = decodeCursor(query.cursor);
      const conditions = [
        eq(files.runId, runId),
        query.taskRunId === undefined ? undefined : eq(files.taskRunId, query.taskRunId),
        after === null ? undefined : gt(files.id, after),
      ];
      const rows = await db
        .select()
        .from(files)
        .where(and(...conditions))
        .orderBy(asc(files.id))
        .limit(limit + 1);
      return toPage(rows, limit, (file) => file.id);
    },
  };
}
