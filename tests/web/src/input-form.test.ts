import { describe, expect, test } from "vitest";
import { z } from "zod";
import { errorFor, fieldsOf, initialValues, inputOf } from "../../../apps/web/src/input-form.ts";

/** What the loader hands over for a zod schema. */
function schemaOf(shape: z.ZodRawShape): Record<string, unknown> {
  return z.toJSONSchema(z.object(shape)) as Record<string, unknown>;
}

function fieldOf(type: z.ZodType) {
  const field = fieldsOf(schemaOf({ it: type }))?.[0];
  if (field === undefined) throw new Error("the schema has one field");
  return field;
}

describe("A field of the start form", () => {
  test.each([
    [z.string(), "text"],
    [z.url(), "url"],
    [z.number(), "number"],
    [z.int(), "integer"],
    [z.boolean(), "boolean"],
    [z.enum(["auto", "never"]), "enum"],
    [z.array(z.string()), "json"],
    [z.object({ a: z.string() }), "json"],
  ])("gets its kind from the schema (%#)", (type, kind) => {
    expect(fieldOf(type).kind).toBe(kind);
  });

  test("is required unless it has a default, is optional, or is a checkbox", () => {
    expect(fieldOf(z.string()).required).toBe(true);
    expect(fieldOf(z.string().default("pdf")).required).toBe(false);
    expect(fieldOf(z.string().optional()).required).toBe(false);
    expect(fieldOf(z.boolean()).required).toBe(false);
  });

  test("shows its default, its description and its limits", () => {
    expect(fieldOf(z.int().min(0).default(5).describe("How deep"))).toMatchObject({
      initial: "5",
      description: "How deep",
      minimum: 0,
      maximum: null,
    });
    expect(fieldOf(z.number().min(0).max(1))).toMatchObject({ minimum: 0, maximum: 1 });
  });
});

describe("A start form", () => {
  const fields =
    fieldsOf(
      schemaOf({
        url: z.url(),
        depth: z.int().default(5),
        fast: z.boolean().default(true),
        size: z.enum(["1", "2"]),
        tags: z.array(z.string()).optional(),
      }),
    ) ?? [];

  test("begins with the defaults, or with the input of an earlier run", () => {
    expect(initialValues(fields)).toEqual({ url: "", depth: "5", fast: "true", size: "", tags: "" });
    expect(initialValues(fields, { url: "http://a.example", depth: 2, fast: false, tags: ["x"] })).toMatchObject({
      url: "http://a.example",
      depth: "2",
      fast: "false",
      tags: '[\n  "x"\n]',
    });
  });

  test("stands for an input of the right types, and leaves out what is empty", () => {
    const values = { url: "http://a.example", depth: "3", fast: "false", size: "2", tags: '["x"]' };
    expect(inputOf(fields, values)).toEqual({ url: "http://a.example", depth: 3, fast: false, size: "2", tags: ["x"] });
    expect(inputOf(fields, { ...values, depth: "", tags: " ", url: "" })).toEqual({ fast: false, size: "2" });
  });

  test("sends what is no number and no JSON as it was typed, so that the server says what is wrong", () => {
    expect(inputOf(fields, { depth: "five", tags: "[oops" })).toMatchObject({ depth: "five", tags: "[oops" });
  });

  test("cannot be made from a schema without named fields", () => {
    expect(fieldsOf(null)).toBeNull();
    expect(fieldsOf({ type: "string" })).toBeNull();
  });
});

describe("An error of the API", () => {
  const errors = [
    { path: "input.depth", message: "Expected a whole number" },
    { path: "input.tags[0]", message: "Expected text" },
    { path: "input.urls", message: "Unknown field" },
  ];

  test("stands at its own field, also when it lies deeper", () => {
    expect(errorFor("depth", errors)).toBe("Expected a whole number");
    expect(errorFor("tags", errors)).toBe("Expected text");
  });

  test("does not stand at a field whose name only begins alike", () => {
    expect(errorFor("url", errors)).toBeNull();
  });
});
