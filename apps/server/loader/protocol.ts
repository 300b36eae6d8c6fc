/** What the server and the loader's child process say to each other. */
import type { DeclaredCollection, Definition, TaskFileProblem } from "../core/definition.ts";
import type { FieldError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import type { Capacity } from "../core/resources.ts";

export interface LoadResult {
  readonly definitions: readonly Definition[];
  readonly problems: readonly TaskFileProblem[];
  /** Names whose file is there but cannot be served. */
  readonly broken: readonly string[];
  readonly collections: readonly DeclaredCollection[];
}

export type ParseResult =
  | { readonly type: "parsed"; readonly input: JsonObject }
  | { readonly type: "invalid"; readonly fields: readonly FieldError[] }
  | { readonly type: "unknown" };

/** A file that must not be imported again: it hung or ended the process before. */
export interface Excluded {
  readonly path: string;
  readonly message: string;
}

export interface ChildFunctions {
  load(folder: string, excluded: readonly Excluded[], capacity: Capacity | null): Promise<LoadResult>;
  parse(name: string, input: unknown): Promise<ParseResult>;
}

export interface ParentFunctions {
  /** Which file is being imported now, so that a hang has a name. */
  importing(path: string): void;
}
