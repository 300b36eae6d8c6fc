/** Collections of the data store whose records are checked. */
import type { z } from "zod";

export interface CollectionOptions<S extends z.ZodType> {
  /** What a record must be. What the schema makes of it (defaults, for instance) is what is kept. */
  readonly schema: S;
  /** A record of the same key replaces the one saved before. */
  readonly key?: (record: z.output<S>) => string;
}

export interface Collection<S extends z.ZodType = z.ZodType> extends CollectionOptions<S> {
  readonly name: string;
}

const DECLARED = Symbol.for("ultravisor.collections");

/**
 * Declares a collection for all tasks: `save(pages, { … })`, and just so `save("pages", { … })` anywhere, refuses what does not fit.
 *
 * @throws when another declaration has the name
 */
export function collection<S extends z.ZodType>(name: string, options: CollectionOptions<S>): Collection<S> {
  if (typeof name !== "string" || name.trim() === "")
    throw new TypeError(`collection expects a name first, got ${JSON.stringify(name)}`);
  if (typeof options?.schema?.safeParse !== "function")
    throw new TypeError(`collection "${name}" expects { schema: z.object({ … }) }, with \`z\` from "ultravisor"`);
  if (declared().has(name))
    throw new Error(`the collection "${name}" is declared twice: declare it in one file and import it from there`);
  const made: Collection<S> = { name, ...options };
  declared().set(name, made as unknown as Collection);
  return made;
}

/** Every collection that was declared in this process, by name. */
export function declared(): Map<string, Collection> {
  const holder = globalThis as { [DECLARED]?: Map<string, Collection> };
  holder[DECLARED] ??= new Map();
  return holder[DECLARED];
}
