/** What a finished task run leaves behind, as statements of the transaction that finishes it. */
import type { InStatement } from "@libsql/client";
import type { FileDraft, RecordDraft } from "../core/execution.ts";
import { type JsonObject, jsonText } from "../core/json.ts";
import type { NewId } from "../core/ports.ts";
import type { Ticket } from "../core/run-store.ts";

const INTO_RECORDS =
  "INSERT INTO records (id, collection, key, data, run_id, task_run_id, first_run_id, first_task_run_id, created_at, updated_at, changed_at)";
/** A record with a key replaces the one saved under it before; its version rises when that changes it. */
const OR_REPLACE = `ON CONFLICT (collection, key) WHERE key IS NOT NULL
  DO UPDATE SET data = excluded.data, run_id = excluded.run_id, task_run_id = excluded.task_run_id, updated_at = excluded.updated_at,
    version = version + (data IS NOT excluded.data), changed_at = CASE WHEN data IS excluded.data THEN changed_at ELSE excluded.changed_at END`;
const INSERT_RECORD = `${INTO_RECORDS} VALUES (?4, ?5, ?6, ?7, ?1, ?2, ?1, ?2, ?3, ?3, ?3) ${OR_REPLACE}`;
const INSERT_RECORDS = `${INTO_RECORDS}
  SELECT d.value->>'id', d.value->>'collection', d.value->>'key', d.value->'data', ?1, ?2, ?1, ?2, ?3, ?3, ?3 FROM json_each(?4) AS d WHERE true ${OR_REPLACE}`;
/** To take values out of JSON costs as much as to insert them: only many records are worth a statement for all. */
const ONE_BY_ONE = 4;

export function insertRecords(
  ticket: Ticket,
  drafts: readonly RecordDraft[],
  newId: NewId,
  now: number,
): InStatement[] {
  const rows = drafts.map((draft) => ({ ...draft, id: newId() }));
  const by = [ticket.runId, ticket.taskRunId, now];
  if (rows.length > ONE_BY_ONE) return [{ sql: INSERT_RECORDS, args: [...by, jsonText(rows)] }];
  return rows.map(({ id, collection, key, data }) => ({
    sql: INSERT_RECORD,
    args: [...by, id, collection, key, jsonText(data)],
  }));
}

export function insertFiles(ticket: Ticket, drafts: readonly FileDraft[], newId: NewId, now: number): InStatement {
  const rows = drafts.map((draft) => ({ ...draft, id: newId() }));
  return {
    sql: `INSERT INTO files (id, run_id, task_run_id, attempt, role, name, original_name, sha256, size, type, url, created_at)
          SELECT d.value->>'id', ?1, ?2, ?3, d.value->>'role', d.value->>'name', d.value->>'originalName', d.value->>'sha256', d.value->>'size', d.value->>'type', d.value->>'url', ?4
          FROM json_each(?5) AS d`,
    args: [ticket.runId, ticket.taskRunId, ticket.attempt, now, jsonText(rows)],
  };
}

/** Later reports replace earlier ones key by key (RFC 7396, so `null` takes a key away). */
export function mergeReport(ticket: Ticket, report: JsonObject): InStatement {
  return {
    sql: "UPDATE runs SET report = json_patch(report, ?) WHERE id = ?",
    args: [jsonText(report), ticket.runId],
  };
}
