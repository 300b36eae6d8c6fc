/** Records as CSV (RFC 4180) that no spreadsheet takes for a formula. */
import type { SavedRecord } from "../core/entities.ts";
import type { Json, JsonObject } from "../core/json.ts";
import { iso } from "./presenters/time.ts";

const OWN_COLUMNS = ["_id", "_key", "_run", "_createdAt", "_updatedAt", "_version"] as const;

/** A header line, then a line a record. What is no object stands in the column `value`. */
export async function* csvLines(
  columns: readonly string[],
  records: AsyncIterable<SavedRecord>,
): AsyncGenerator<string> {
  yield line([...columns, ...OWN_COLUMNS]);
  for await (const { id, key, runId, createdAt, updatedAt, version, data } of records) {
    const fields = isObject(data) ? data : { value: data };
    yield line([...columns.map((name) => own(fields, name)), id, key, runId, iso(createdAt), iso(updatedAt), version]);
  }
}

function isObject(data: Json): data is JsonObject {
  return typeof data === "object" && data !== null && !Array.isArray(data);
}

/** A column may be called `constructor`, and then only that of the record itself counts. */
function own(fields: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
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
