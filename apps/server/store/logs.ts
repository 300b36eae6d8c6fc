/** Log entries: appended in batches, read in order of `seq`. */
import { and, asc, eq, gt } from "drizzle-orm";
import type { LogStore } from "../core/engine-stores.ts";
import { jsonText } from "../core/json.ts";
import type { Database } from "./database.ts";
import { limitOf } from "./pages.ts";
import { logs } from "./schema/index.ts";

const INSERT = `INSERT INTO logs (run_id, task_run_id, attempt, time, stream, level, text)
  SELECT d.value->>0, d.value->>1, d.value->>2, d.value->>3, d.value->>4, d.value->>5, d.value->>6 FROM json_each(?) AS d ORDER BY d.key`;
/** Rows of one statement have numbers in sequence (AUTOINCREMENT); to return each of them would double what the insertion takes. */
const LAST = "SELECT last_insert_rowid() AS last";

export function createLogStore(database: Database): LogStore {
  return {
    async append(entries) {
      if (entries.length === 0) return [];
      const rows = entries.map((e) => [e.runId, e.taskRunId, e.attempt, e.time, e.stream, e.level, e.text]);
      // A power cut may take the last lines; the attempt that wrote them is then made again.
      const [, result] = await database.write([{ sql: INSERT, args: [jsonText(rows)] }, LAST], { durable: false });
      const first = Number(result?.rows[0]?.last) - entries.length + 1;
      return entries.map((entry, i) => ({ ...entry, seq: first + i }));
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
