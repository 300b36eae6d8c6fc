/** Columns of a table of records: which there are, and how a press on one's head sorts. */
import type { SavedRecord } from "./api.ts";

/** Fields in the order in which they first occur. */
export function columnsOf(records: readonly Pick<SavedRecord, "data">[]): readonly string[] {
  return [...new Set(records.flatMap(({ data }) => Object.keys(fieldsOf(data))))];
}

/** What a record says, by column; what is no object is its own only column. */
export function fieldsOf(data: SavedRecord["data"]): Readonly<Record<string, unknown>> {
  return typeof data === "object" && data !== null && !Array.isArray(data) ? data : { value: data };
}

/** Rising, then falling, then not at all. */
export function nextOrder(column: string, order: string | undefined): string | undefined {
  if (order === column) return `-${column}`;
  return order === `-${column}` ? undefined : column;
}

/** Whether the server can sort by a field: its language of paths knows no other characters. */
export function isSortable(column: string): boolean {
  return /^[\p{L}\p{N}_][\p{L}\p{N}_-]*$/u.test(column);
}
