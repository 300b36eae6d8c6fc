/** Records as CSV (RFC 4180) that no spreadsheet takes for a formula. */
import type { SavedRecord } from "../core/entities.ts";
import { iso } from "./presenters/time.ts";

const OWN_COLUMNS = ["_id", "_key", "_run", "_createdAt", "_updatedAt"] as const;

/** Columns of records: every field that occurs, in order of appearance. */
export async function csvColumns(records: AsyncIterable<SavedRecord>): Promise<readonly string[]> {
  const columns = new Set<string>();
  for await (const record of records) {
    for (const name of Object.keys(record.data)) columns.add(name);
  }
  return [...columns];
}

/** A header line, then a line a record. */
export async function* csvLines(
  columns: readonly string[],
  records: AsyncIterable<SavedRecord>,
): AsyncGenerator<string> {
  yield line([...columns, ...OWN_COLUMNS]);
  for await (const { id, key, runId, createdAt, updatedAt, data } of records) {
    yield line([...columns.map((name) => data[name]), id, key, runId, iso(createdAt), iso(updatedAt)]);
  }
}

function line(cells: readonly unknown[]): string {
  return `${cells.map(cell).join(",")}\r\n`;
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  // A spreadsheet runs what starts like a formula; the apostrophe makes it text.
  const harmless = /^\s*[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
