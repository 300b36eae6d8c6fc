/** Keyset pagination: a cursor is the id of the last item seen, so a page costs the same at the end of a million rows. */

import type { Page } from "../core/entities.ts";
import { UltravisorError } from "../core/errors.ts";

export const DEFAULT_LIMIT = 50;
export const MOST_LIMIT = 500;

/** How many rows to ask for: one more than wanted tells whether there is a next page. */
export function limitOf(limit: number | undefined): number {
  return Math.min(Math.max(limit ?? DEFAULT_LIMIT, 1), MOST_LIMIT);
}

/** Cuts the extra row off and names the cursor. */
export function toPage<T>(rows: readonly T[], limit: number, cursorOf: (item: T) => string): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? encodeCursor(cursorOf(last)) : null };
}

export function encodeCursor(position: string): string {
  return Buffer.from(position).toString("base64url");
}

/** @throws `invalid_query` when the text is no cursor of ours */
export function decodeCursor(cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  const position = Buffer.from(cursor, "base64url").toString();
  if (position.length > 0 && encodeCursor(position) === cursor) return position;
  throw new UltravisorError(
    "invalid_query",
    `cursor: expected a value from an earlier answer's "next", got ${JSON.stringify(cursor.slice(0, 60))}`,
  );
}
