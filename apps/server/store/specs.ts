/** How tasks are executed, kept once however many task runs share it: recognised by identity, so that a spec is hashed and parsed once. */
import { createHash } from "node:crypto";
import type { TaskSpec } from "../core/definition.ts";
import { canonicalJson } from "../core/json.ts";

export interface SpecRow {
  /** sha256 of the canonical JSON. */
  readonly id: string;
  readonly text: string;
  /** It was read from a row that others refer to, so it is there. */
  readonly stored: boolean;
}

const MOST = 200;
const rows = new WeakMap<TaskSpec, SpecRow>();
const read = new Map<string, TaskSpec>();

/** The row of a spec. Specs are never changed once they are made. */
export function specRow(spec: TaskSpec): SpecRow {
  const known = rows.get(spec);
  if (known) return known;
  const text = canonicalJson(spec);
  const row = { id: createHash("sha256").update(text).digest("hex"), text, stored: false };
  rows.set(spec, row);
  return row;
}

/** The spec of a row: the same object for the same id. */
export function specOf(id: string, text: string): TaskSpec {
  const known = read.get(id);
  if (known) return known;
  const spec = JSON.parse(text) as TaskSpec;
  if (read.size >= MOST) read.clear();
  read.set(id, spec);
  rows.set(spec, { id, text, stored: true });
  return spec;
}
