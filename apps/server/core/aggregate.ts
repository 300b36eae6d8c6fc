/** Adds up aggregates that were computed part by part, so that a large collection never has to be looked at in one go. */
import { UltravisorError } from "./errors.ts";
import type { Json } from "./json.ts";
import type { AggregateQuery, AggregateRow, Measure } from "./record-query.ts";

/** What a part says about one measure of one group. */
export interface Cell {
  /** Records that have the field; of numbers only, for `sum` and `avg`. */
  readonly count: number;
  readonly total: number;
  readonly least: number | string | null;
  readonly most: number | string | null;
}

/** One group of one part: its values as JSON text, null where the field is missing. */
export interface Part {
  readonly group: readonly (string | null)[];
  /** One per measure. */
  readonly cells: readonly Cell[];
}

/** A different value of one measure in one group, as JSON text. */
export interface Different {
  readonly group: readonly (string | null)[];
  readonly measure: number;
  readonly value: string;
}

export interface Aggregation {
  add(part: Part): void;
  addDifferent(different: Different): void;
  /** Groups in the order in which they came. */
  rows(): AggregateRow[];
}

/** More groups, or different values, than these would fill the memory. */
export const MOST_GROUPS = 10_000;
export const MOST_DIFFERENT = 1_000_000;

/** @throws `invalid_query` when there are too many groups or different values */
export function createAggregation(query: AggregateQuery): Aggregation {
  const groups = new Map<string, Group>();
  let different = 0;
  const groupOf = (group: readonly (string | null)[]): Group => {
    const id = JSON.stringify(group);
    const known = groups.get(id);
    if (known) return known;
    if (groups.size >= MOST_GROUPS) throw tooMany(`${MOST_GROUPS} groups`);
    const made = { group, cells: query.measures.map(() => ({ ...EMPTY, different: new Set<string>() })) };
    groups.set(id, made);
    return made;
  };
  return {
    add(part) {
      const { cells } = groupOf(part.group);
      for (const [index, cell] of cells.entries()) merge(cell, part.cells[index] ?? EMPTY);
    },
    addDifferent({ group, measure, value }) {
      const seen = groupOf(group).cells[measure]?.different;
      if (seen === undefined || seen.has(value)) return;
      seen.add(value);
      different += 1;
      if (different > MOST_DIFFERENT) throw tooMany(`${MOST_DIFFERENT} different values`);
    },
    rows: () => [...groups.values()].map((group) => toRow(query, group)),
  };
}

interface Sum {
  count: number;
  total: number;
  least: number | string | null;
  most: number | string | null;
  readonly different: Set<string>;
}

interface Group {
  readonly group: readonly (string | null)[];
  readonly cells: readonly Sum[];
}

const EMPTY: Cell = { count: 0, total: 0, least: null, most: null };

function merge(sum: Sum, cell: Cell): void {
  sum.count += cell.count;
  sum.total += cell.total;
  if (cell.least !== null && (sum.least === null || isLess(cell.least, sum.least))) sum.least = cell.least;
  if (cell.most !== null && (sum.most === null || isLess(sum.most, cell.most))) sum.most = cell.most;
}

/** As SQLite orders values: numbers before texts. */
function isLess(a: number | string, b: number | string): boolean {
  if (typeof a === typeof b) return a < b;
  return typeof a === "number";
}

function toRow(query: AggregateQuery, { group, cells }: Group): AggregateRow {
  const named = query.group.map(({ text }, index): [string, Json] => [text, parsed(group[index] ?? null)]);
  const values = query.measures.map((measure, index): [string, Json] => [
    measure.text,
    resultOf(measure, cells[index]),
  ]);
  return { group: Object.fromEntries(named), values: Object.fromEntries(values) };
}

function resultOf({ name }: Measure, cell: Sum | undefined): Json {
  if (cell === undefined) return null;
  if (name === "count") return cell.count;
  if (name === "distinct") return cell.different.size;
  if (name === "min") return cell.least;
  if (name === "max") return cell.most;
  if (cell.count === 0) return null;
  return name === "sum" ? cell.total : cell.total / cell.count;
}

function parsed(text: string | null): Json {
  return text === null ? null : (JSON.parse(text) as Json);
}

function tooMany(what: string): UltravisorError {
  return new UltravisorError(
    "invalid_query",
    `The aggregate has more than ${what}; group by another field, or filter the records first with where.`,
  );
}
