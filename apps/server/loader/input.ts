/** Input schemas: zod in scripts, JSON Schema properties (with `name: type` as shorthand) in YAML. */
import { z } from "zod";
import type { JsonObject } from "../core/json.ts";
import type { Fault } from "./fault.ts";

const TYPES = ["string", "integer", "number", "boolean", "array", "object"] as const;

export interface InputSchema {
  readonly zod: z.ZodType;
  readonly json: JsonObject;
}

/** A script's `input`: a zod schema of an object. */
export function scriptInput(value: unknown, faults: Fault[]): InputSchema | null {
  if (value === undefined) return null;
  if (!isZod(value)) {
    faults.push({
      path: ["input"],
      message: "expected a zod schema",
      mend: 'Write `input: z.object({ … })` with `z` from "ultravisor".',
    });
    return null;
  }
  const json = z.toJSONSchema(value, { io: "input", unrepresentable: "any" }) as JsonObject;
  if (json.type !== undefined && json.type !== "object") {
    faults.push({
      path: ["input"],
      message: `expected a schema of an object, got one of ${String(json.type)}`,
      mend: "Wrap it: `z.object({ name: … })`.",
    });
    return null;
  }
  return { zod: value, json };
}

/** A YAML file's `input`: properties by name. Fields that are not named are refused. */
export function yamlInput(value: unknown, faults: Fault[]): InputSchema | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== "object" || Array.isArray(value)) {
    faults.push({
      path: ["input"],
      message: "expected names with their types",
      mend: "Write `input: { url: string, depth: { type: integer, default: 3 } }`.",
    });
    return null;
  }
  const before = faults.length;
  const properties = Object.entries(value).map(([name, property]) => readProperty(name, property, faults));
  if (faults.length > before) return null;
  const json = {
    type: "object" as const,
    properties: Object.fromEntries(properties.map((property) => [property.name, property.schema])),
    required: properties.filter((property) => property.required).map((property) => property.name),
    additionalProperties: false,
  };
  return { zod: z.fromJSONSchema(json), json };
}

interface Property {
  readonly name: string;
  readonly schema: JsonObject;
  readonly required: boolean;
}

function readProperty(name: string, value: unknown, faults: Fault[]): Property {
  const given = typeof value === "string" ? { type: value } : isObject(value) ? value : {};
  const type = typeof given.type === "string" ? given.type : "";
  const optional = type.endsWith("?");
  const schema = { ...given, type: optional ? type.slice(0, -1) : type } as JsonObject;
  if (TYPES.some((known) => known === schema.type)) checkProperty(name, schema, faults);
  else {
    const came = type === "" ? "no type" : `"${type}"`;
    faults.push({
      path: ["input", name],
      message: `expected a type, got ${came}`,
      mend: `Use one of: ${TYPES.join(", ")}; a \`?\` behind it makes the field optional.`,
    });
  }
  return { name, schema, required: !optional && schema.default === undefined };
}

function checkProperty(name: string, schema: JsonObject, faults: Fault[]): void {
  const path = ["input", name];
  try {
    const { default: preset, ...rest } = schema;
    if (preset === undefined) z.fromJSONSchema(rest);
    else if (!z.fromJSONSchema(rest).safeParse(preset).success) {
      faults.push({
        path: [...path, "default"],
        message: `the default ${JSON.stringify(preset)} does not fit the type ${String(schema.type)}`,
        mend: "Correct the default or the type.",
      });
    }
  } catch (error) {
    faults.push({
      path,
      message: error instanceof Error ? error.message : String(error),
      mend: "Use JSON Schema keywords such as `type`, `enum`, `minimum`, `format`, `default`.",
    });
  }
}

function isZod(value: unknown): value is z.ZodType {
  return isObject(value) && "_zod" in value && typeof value.safeParseAsync === "function";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
