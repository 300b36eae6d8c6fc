/** How many subtasks of a fan-out may fail before the task that it began with counts as failed. */

/** A number of subtasks, or a share of all of them in hundredths of a percent. */
export type Tolerance = { readonly count: number } | { readonly basisPoints: number };

export const TOLERANCE_EXPECTED =
  'expected how many subtasks may fail, such as 5, or which share of them, such as "5%"';
export const TOLERANCE_MEND =
  'Give a whole number from 0 up, or a text of a percentage from "0%" to "100%" with two decimals at most and no space, such as "0.5%".';

const SHARE = /^(\d{1,3})(?:\.(\d{1,2}))?%$/;
const ALL = 10_000;

/** Null: it is neither a count nor a share. */
export function parseTolerance(value: unknown): Tolerance | null {
  if (typeof value === "number") return Number.isSafeInteger(value) && value >= 0 ? { count: value } : null;
  const match = typeof value === "string" ? SHARE.exec(value) : null;
  if (!match) return null;
  const basisPoints = Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0"));
  return basisPoints <= ALL ? { basisPoints } : null;
}

/** Whether it tolerates anything at all. */
export function isTolerant(tolerance: Tolerance): boolean {
  return ("count" in tolerance ? tolerance.count : tolerance.basisPoints) > 0;
}

/**
 * Whether so many failures are tolerated. store/tolerance-sql.ts says the same where a fan-out ends.
 * @param failed subtasks that failed; those that were cancelled are none of them, and are never tolerated
 * @param subtasks all of the fan-out, on all levels and however they ended
 */
export function tolerates(tolerance: Tolerance | undefined, failed: number, subtasks: number): boolean {
  if (tolerance === undefined) return failed === 0;
  return "count" in tolerance ? failed <= tolerance.count : failed * ALL <= tolerance.basisPoints * subtasks;
}
