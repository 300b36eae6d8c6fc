/**
 * Filters of a shop in the path of its addresses: `/shop/color-red/size-m/brand-x`. How many combinations there are says nothing, as
 * documentation in 20 languages, 30 versions and 200 topics has many as well. Two things do, which no tree of pages does:
 * parts that stand in any order; and parts of the form name-value whose names stand at any place, each of which can be left out.
 * Names at any place alone are in every large tree (`drizzle-orm/sqlite-core/session.d.ts`), but without one of its folders a path
 * leads nowhere.
 */
import { textHash } from "./text-hash.ts";

/** Fewer parts than this are a list, or flights from one city to another and back. */
const FILTERS = 3;
/** Two orders are a pair of things; the third is that of filters. So many addresses in a third order are let pass. */
const ORDERS = 2;
const TURNS = 20;
/** So many combinations are looked at, and more where there are more values to combine: as with filters in the query. */
const COMBINATIONS = 500;
const COMBINATIONS_PER_VALUE = 20;
/** So many parts of one address can be left out: a tree has at times a folder that others have no need of. */
const LEFT_OUT = 2;
/** Of one crawl, addresses that are kept to be compared with. */
const MOST = 100_000;
const SEPARATORS = /[/,;&|+]|%2C|%3B|%7C/i;
const NAMED = /^([a-z][a-z_]*)[-_:=~.](.+)$/i;
const WORD = /[a-z]/i;

export interface PathFilterMemory {
  /** Orders in which the same parts were seen, by parts. */
  readonly orders: Map<number, number[]>;
  /** Parts that stand in any order. */
  readonly loose: Set<string>;
  /** Names of parts, with the places where they stood and their values. */
  readonly names: Map<string, { places: number; readonly values: Set<string> }>;
  /** Combinations of either. */
  readonly combined: Set<number>;
  turns: number;
}

export function newPathFilterMemory(): PathFilterMemory {
  return { orders: new Map(), loose: new Set(), names: new Map(), combined: new Set(), turns: 0 };
}

/** Why an address looks like one combination of filters too many, in words; or null. Remembers what it was asked. */
export function pathFilters({ host, pathname }: URL, memory: PathFilterMemory): string | null {
  const parts = pathname.split(SEPARATORS).filter((part) => part !== "");
  const words = parts.filter((part) => WORD.test(part));
  if (words.length < FILTERS) return null;
  const set = parts.reduce((sum, part) => sum + numberOf(host, part), 0);
  if (isTurned(parts, set, textHash(parts.join("/")), memory)) {
    return `filters in its path: the parts of ${pathname.slice(0, 200)} in yet another order`;
  }
  const values = valuesOf(words, memory);
  if (values === null || memory.combined.has(set) || !canBeLeftOut(parts, host, set, memory)) return null;
  if (memory.combined.size >= Math.max(COMBINATIONS, values * COMBINATIONS_PER_VALUE)) {
    return `${memory.combined.size} combinations of filters in paths such as ${pathname.slice(0, 200)}`;
  }
  memory.combined.add(set);
  return null;
}

/** Sums of these do not care for the order of the parts. */
function numberOf(host: string, part: string): number {
  return textHash(host + part) % 2 ** 47;
}

/** Whether the crawl has the same address without one of its filters, for several of them. */
function canBeLeftOut(parts: readonly string[], host: string, set: number, { orders }: PathFilterMemory): boolean {
  const known = parts.filter((part) => NAMED.test(part) && orders.has(set - numberOf(host, part)));
  return known.length >= LEFT_OUT;
}

/** Whether these parts were seen in other orders often enough. */
function isTurned(parts: readonly string[], set: number, order: number, memory: PathFilterMemory): boolean {
  const known = memory.orders.get(set) ?? [];
  if (known.includes(order)) return false;
  if (known.length === 0 && memory.orders.size >= MOST) return false;
  if (known.length >= ORDERS) {
    for (const part of parts) memory.loose.add(part);
    memory.turns += 1;
    if (memory.turns > TURNS) return true;
  }
  memory.orders.set(set, [...known, order]);
  return false;
}

/** How many values there are to combine, if an address is nothing but filters; otherwise null. */
function valuesOf(words: readonly string[], { loose, names }: PathFilterMemory): number | null {
  const loosely = words.filter((word) => loose.has(word)).length;
  if (loosely >= FILTERS && loosely >= words.length - 1) return loose.size;
  const seen = words.flatMap((word, place) => {
    const [, name, value] = NAMED.exec(word) ?? [];
    return name === undefined || value === undefined ? [] : [note(names, name, value, place)];
  });
  if (new Set(seen).size < FILTERS) return null;
  // The first of them may have its place; whatever follows it moves.
  const moving = seen.filter(
    ({ places, values }) => (places & (places - 1)) !== 0 && values.size > 1 && values.size < COMBINATIONS,
  ).length;
  return moving >= Math.max(2, seen.length - 1) ? seen.reduce((sum, { values }) => sum + values.size, 0) : null;
}

function note(names: PathFilterMemory["names"], name: string, value: string, place: number) {
  const known = names.get(name) ?? { places: 0, values: new Set<string>() };
  if (names.size < MOST) names.set(name, known);
  known.places |= 1 << Math.min(place, 30);
  if (known.values.size < COMBINATIONS) known.values.add(value);
  return known;
}
