/** What a group of statements set free, read from the rows they returned. */
import type { ResultSet } from "@libsql/client";
import type { Delivery } from "../core/entities.ts";
import type { Settled } from "../core/run-store.ts";
import type { State } from "../core/words.ts";
import { toDelivery } from "./rows.ts";

export function settledOf(results: readonly ResultSet[]): Settled {
  const finished = rowsWith(results, "name").map((row) => ({
    id: String(row.id),
    name: String(row.name),
    state: row.state as State,
  }));
  return { ready: readyOf(results), woken: rowsWith(results, "held").map(toDelivery), finished };
}

/** Rows of `RETURNING ${DELIVERY_COLUMNS}`; some also tell the state, as they may have made rows that are not queued. */
export function readyOf(results: readonly ResultSet[]): Delivery[] {
  const others = results.filter((result) => !result.columns.includes("held"));
  return rowsWith(others, "available_at")
    .filter((row) => row.state === undefined || row.state === "queued")
    .map(toDelivery);
}

/** Ids of the rows that a statement which tells the state made wait. */
export function waitingOf(results: readonly ResultSet[]): string[] {
  return rowsWith(results, "available_at")
    .filter((row) => row.state === "waiting")
    .map((row) => String(row.id));
}

function rowsWith(results: readonly ResultSet[], column: string): ResultSet["rows"] {
  return results.filter((result) => result.columns.includes(column)).flatMap((result) => result.rows);
}
