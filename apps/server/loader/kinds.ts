/**
 * Ready-made tasks: `apps/kinds/<kind>-task.ts` makes `{ <kind>: { … } }` something that an operation may hold. They are task files
 * that come with the product, executed like any other; only those that a file names are loaded.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { isDefinition } from "../../sdk/definition.ts";
import type { ServerTask } from "../core/awaiting.ts";
import type { JsonObject } from "../core/json.ts";
import { hasTemplates } from "../core/template.ts";
import { type Fault, type Path, toFaults } from "./fault.ts";
import { fixturesOf } from "./fixtures.ts";
import { yamlInput } from "./input.ts";

export interface ReadyMade {
  readonly name: string;
  readonly kind: "code" | "browser";
  readonly file: string;
  readonly hash: string;
  readonly fixtures: readonly string[] | null;
  readonly server?: ServerTask;
  readonly input: z.ZodType;
  /** The option that a text alone stands for. */
  readonly short: string | null;
}

export type Kinds = ReadonlyMap<string, ReadyMade>;

const FOLDER = new URL("../../kinds/", import.meta.url);

/** Names of all ready-made tasks. */
export const KIND_NAMES: readonly string[] = readdirSync(FOLDER)
  .flatMap((file) => /^(.+)-task\.ts$/.exec(file)?.[1] ?? [])
  .sort();

const loaded = new Map<string, Promise<ReadyMade>>();

/** Those that are keys somewhere in `options`. */
export async function kindsIn(options: unknown): Promise<Kinds> {
  const text = JSON.stringify(options) ?? "";
  const named = KIND_NAMES.filter((name) => text.includes(`"${name}":`));
  return new Map(
    await Promise.all(named.map(async (name): Promise<[string, ReadyMade]> => [name, await kindOf(name)])),
  );
}

/** Its options as the input of the task; null: what is wrong stands in `faults`. */
export function checkOptions(kind: ReadyMade, given: unknown, path: Path, faults: Fault[]): JsonObject | null {
  const before = faults.length;
  const plain = typeof given !== "object" || given === null || Array.isArray(given);
  const options = plain && kind.short !== null ? { [kind.short]: given } : given;
  for (const folder of ["root", "toRoot"])
    if (hasTemplates((options as JsonObject)?.[folder])) faults.push(rootFault([...path, folder]));
  const result = kind.input.safeParse(options);
  // What is filled in later is checked then.
  const open = (issue: z.core.$ZodIssue) =>
    issue.path.length > 0 && hasTemplates((options as JsonObject)[String(issue.path[0])]);
  const issues = result.success ? [] : result.error.issues.filter((issue) => !open(issue));
  faults.push(...toFaults(new z.ZodError(issues), path));
  return faults.length > before ? null : withQuestions(kind, options as JsonObject, path, faults);
}

/** What an approval asks for is written as `input` is in YAML, and kept as JSON Schema. */
function withQuestions(kind: ReadyMade, options: JsonObject, path: Path, faults: Fault[]): JsonObject | null {
  if (kind.server?.type !== "approval" || options.ask === undefined) return options;
  const own: Fault[] = [];
  const schema = yamlInput(options.ask, own);
  faults.push(...own.map((fault) => ({ ...fault, path: [...path, "ask", ...fault.path.slice(1)] })));
  return schema === null ? null : { ...options, ask: schema.json };
}

function rootFault(path: Path): Fault {
  return {
    path,
    message: "a folder that files are confined to cannot be filled in from elsewhere",
    mend: "Write the folder itself here, and let `path` be filled in.",
  };
}

function kindOf(name: string): Promise<ReadyMade> {
  const known = loaded.get(name) ?? load(name);
  loaded.set(name, known);
  return known;
}

async function load(name: string): Promise<ReadyMade> {
  const url = new URL(`${name}-task.ts`, FOLDER);
  const module: Record<string, unknown> = await import(url.href);
  const { default: definition, short, server } = module;
  const file = fileURLToPath(url);
  const hash = createHash("sha256").update(readFileSync(file)).digest("hex");
  const common = { name, file, hash, short: typeof short === "string" ? short : null };
  if (isDefinition(definition) && (definition.kind === "code" || definition.kind === "browser"))
    return {
      ...{ ...common, kind: definition.kind, input: definition.input ?? z.looseObject({}) },
      fixtures: fixturesOf(definition.run as (...args: never[]) => unknown),
    };
  return { ...common, kind: "code", fixtures: [], input: module.input as z.ZodType, server: server as ServerTask };
}
