/** What mirrored runs received: written where a task run settles, read where a mirror is made. */
import type { InStatement } from "@libsql/client";
import { and, asc, eq, gt } from "drizzle-orm";
import { jsonText } from "../core/json.ts";
import type { Capture, CaptureCounts, CaptureDraft } from "../core/mirror.ts";
import type { CaptureReader } from "../core/ports.ts";
import type { Ticket } from "../core/run-store.ts";
import type { Database } from "./database.ts";
import { captures } from "./schema/index.ts";

/** Many pages share a style sheet; each address is kept as it was received first. */
export function insertCaptures(ticket: Ticket, drafts: readonly CaptureDraft[]): InStatement[] {
  if (drafts.length === 0) return [];
  const sql = `INSERT INTO captures (run_id, kind, url, status, headers, request, sha256, size, type, title, target, time)
    SELECT ?1, d.value->>'kind', d.value->>'url', d.value->>'status', d.value->'headers',
           iif(json_type(d.value, '$.request') = 'object', d.value->'request', NULL), d.value->>'sha256', d.value->>'size', d.value->>'type', d.value->>'title',
           d.value->>'target', d.value->>'time'
    FROM json_each(?2) AS d WHERE true ON CONFLICT (run_id, url, kind) DO NOTHING`;
  return [{ sql, args: [ticket.runId, jsonText(drafts)] }];
}

const PAGE = 500;

export function createCaptureReader({ db, read }: Database): CaptureReader {
  return {
    async counts(runId): Promise<CaptureCounts> {
      const { rows } = await read(
        `SELECT count(*) FILTER (WHERE kind = 'page') AS pages, count(*) FILTER (WHERE kind = 'file') AS files,
                count(*) FILTER (WHERE kind = 'asset') AS assets, coalesce(sum(size), 0) AS bytes FROM captures WHERE run_id = ?`,
        [runId],
      );
      const [row] = rows;
      return {
        pages: Number(row?.pages ?? 0),
        files: Number(row?.files ?? 0),
        assets: Number(row?.assets ?? 0),
        bytes: Number(row?.bytes ?? 0),
      };
    },
    async *each(runId): AsyncGenerator<Capture> {
      let after = 0;
      for (;;) {
        const rows = await db
          .select()
          .from(captures)
          .where(and(eq(captures.runId, runId), gt(captures.id, after)))
          .orderBy(asc(captures.id))
          .limit(PAGE);
        yield* rows;
        const last = rows.at(-1);
        if (last === undefined || rows.length < PAGE) return;
        after = last.id;
      }
    },
  };
}
