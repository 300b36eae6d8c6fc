/** Log entries: appended in batches, read in order of `seq`. */
import { and, asc, eq, gt } from "drizzle-orm";
import type { LogStore } from "../core/engine-stores.ts";
import { jsonText } from "../core/json.ts";
import type { Database } from "./database.ts";
import { limitOf } from "./pages.ts";
import { logs } from "./schema/index.ts";

export function createLogStore(database: Database): LogStore {
  return {
    async append(entries) {
      if (entries.length === 0) return [];
      const insert = {
        sql: `INSERT INTO logs (run_id, task_run_id, attempt, time, stream, level, text)
              SELECT d.value->>'runId', d.value->>'taskRunId', d.value->>'attempt', d.value->>'time', d.value->>'stream', d.value->>'level', d.value->>'text'
              FROM json_each(?) AS d ORDER BY d.key RETURNING seq`,
        args: [jsonText(entries)],
      };
      // A power cut may take the last lines; the attempt that wrote them is then made again.
      const [result] = await database.write([insert], { durable: false });
      const seqs = (result?.rows ?? []).map((row) => Number(row.seq)).sort((a, b) => a - b);
      return entries.map((entry, i) => ({ ...entry, seq: seqs[i] ?? 0 }));
    },
    list(runId, query) {
      const conditions = [
        eq(logs.runId, runId),
        query.taskRunId === undefined ? undefined : eq(logs.taskRunId, query.taskRunId),
        query.after === undefined ? undefined : gt(logs.seq, query.after),
      ];
      return database.db
        .select()
        .from(logs)
        .where(and(...conditions))
        .orderBy(asc(logs.seq))
        .limit(limitOf(query.limit));
    },
  };
}
