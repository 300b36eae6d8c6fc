/** What `save` is given, checked and turned into the record that is kept. */
import { z } from "zod";
import { type Collection, declared } from "../../sdk/collection.ts";
import type { SaveOptions } from "../../sdk/context.ts";
import type { DeclaredCollection } from "../core/definition.ts";
import type { RecordDraft } from "../core/execution.ts";
import { toJson } from "./json-value.ts";

/** A record that is not what its collection is declared to hold. */
export class RecordError extends Error {
  override readonly name = "RecordError";
}

/** Schemas of collections that other task files declare, as far as JSON Schema can say them. */
export class ForeignSchemas {
  readonly #declared: ReadonlyMap<string, DeclaredCollection>;
  readonly #schemas = new Map<string, z.ZodType>();

  constructor(collections: readonly DeclaredCollection[]) {
    this.#declared = new Map(collections.map((one) => [one.name, one]));
  }

  get(name: string): z.ZodType | null {
    const known = this.#schemas.get(name);
    if (known) return known;
    const found = this.#declared.get(name);
    if (!found) return null;
    const schema = z.fromJSONSchema(found.schema as z.core.JSONSchema.JSONSchema);
    this.#schemas.set(name, schema);
    return schema;
  }
}

/** At once where the schema allows it, so that a script that does not wait for `save` loses nothing. */
export function recordOf(
  collection: string | Collection,
  data: unknown,
  options: SaveOptions,
  foreign: ForeignSchemas,
): RecordDraft | Promise<RecordDraft> {
  const name = typeof collection === "string" ? collection : collection?.name;
  if (typeof name !== "string" || name.trim() === "")
    throw new TypeError(`save expects a collection, or the name of one, first; got ${JSON.stringify(collection)}`);
  const own = typeof collection === "string" ? declared().get(name) : collection;
  const schema = own?.schema ?? foreign.get(name);
  const what = `the record for "${name}"`;
  const draft = (kept: unknown): RecordDraft => ({
    collection: name,
    key: keyOf(what, options.key ?? own?.key?.(kept)),
    data: toJson(kept, what),
  });
  if (schema === null) return draft(data);
  const result = parse(schema, data);
  return result instanceof Promise
    ? result.then((settled) => draft(fitting(what, settled)))
    : draft(fitting(what, result));
}

type Parsed = z.ZodSafeParseResult<unknown>;

function parse(schema: z.ZodType, data: unknown): Parsed | Promise<Parsed> {
  try {
    return schema.safeParse(data);
  } catch (error) {
    if (error instanceof z.core.$ZodAsyncError) return schema.safeParseAsync(data);
    throw error;
  }
}

function fitting(what: string, result: Parsed): unknown {
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.map(String).join(".")}: ${message}`,
  );
  throw new RecordError(`${what} does not fit its schema: ${faults.join("; ")}`);
}

function keyOf(what: string, key: unknown): string | null {
  if (key === undefined || typeof key === "string") return key ?? null;
  throw new TypeError(`the key of ${what} must be a text, got ${JSON.stringify(key)}`);
}
