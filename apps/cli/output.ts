/** What people read: aligned tables, short ids, local times. Text from outside cannot steer the terminal. */
import { stripVTControlCharacters } from "node:util";

/** Prints one JSON value. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

export function printLine(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints rows under headings, aligned; `empty` when there are none. */
export function printTable(headings: readonly string[], rows: readonly (readonly unknown[])[], empty: string): void {
  if (rows.length === 0) {
    printLine(empty);
    return;
  }
  const cells = [headings, ...rows.map((row) => row.map(cell))];
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? "").length)));
  for (const row of cells)
    printLine(
      row
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    );
}

/** The end of an id: its beginning is a time that neighbours share. */
export function shortId(id: string): string {
  return id.slice(-8);
}

/** Local time to the second; today without the date. */
export function shortTime(iso: string | null): string {
  if (iso === null) return "";
  const time = new Date(iso);
  const clock = time.toTimeString().slice(0, 8);
  if (time.toDateString() === new Date().toDateString()) return clock;
  const [year, month, day] = [time.getFullYear(), time.getMonth() + 1, time.getDate()].map((part) =>
    String(part).padStart(2, "0"),
  );
  return `${year}-${month}-${day} ${clock}`;
}

/** How long from one time to another, or until now. */
export function duration(from: string | null, to: string | null): string {
  if (from === null) return "";
  const seconds = ((to === null ? Date.now() : Date.parse(to)) - Date.parse(from)) / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** `12 succeeded, 3 queued`: states that have any. */
export function countsText(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  return parts.map(([state, count]) => `${count} ${state}`).join(", ") || "no task runs";
}

/** Text without escape sequences and control characters; tabs and line breaks stay. */
export function harmless(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/[^\P{Cc}\t\n]/gu, "");
}

const MAX_CELL = 60;

function cell(value: unknown): string {
  const text = typeof value === "string" ? value : value === null || value === undefined ? "" : JSON.stringify(value);
  const line = harmless(text).replaceAll(/\s+/g, " ").trim();
  return line.length > MAX_CELL ? `${line.slice(0, MAX_CELL - 1).toWellFormed()}…` : line;
}
