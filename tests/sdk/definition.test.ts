import { describe, expect, test } from "vitest";
import {
  after,
  browser,
  code,
  cron,
  every,
  FailError,
  fail,
  isDefinition,
  operation,
  SkipError,
  shell,
  skip,
  z,
} from "../../apps/sdk/index.ts";

describe("a definition", () => {
  test.each([
    ["shell", shell({ command: "ls" })],
    ["code", code({ run() {} })],
    ["browser", browser({ run() {} })],
    ["operation", operation({ tasks: { a: { shell: "ls" } } })],
  ])("of kind %s is known by its mark, and holds its options as they are", (kind, definition) => {
    expect(isDefinition(definition)).toBe(true);
    expect(definition.kind).toBe(kind);
  });

  test.each([[null], [undefined], ["shell"], [{ kind: "shell", command: "ls" }]])("is not %j", (value) => {
    expect(isDefinition(value)).toBe(false);
  });

  test("types the input of its run after its schema", () => {
    const definition = code({
      input: z.object({ depth: z.int().default(3) }),
      run: ({ input }) => input.depth.toFixed(0),
    });
    expect(definition.run).toBeTypeOf("function");
  });
});

describe("a trigger", () => {
  test("is the same plain object that YAML writes", () => {
    expect(cron("0 17 * * *", { timezone: "Europe/London" })).toEqual({
      cron: "0 17 * * *",
      timezone: "Europe/London",
    });
    expect(every("12s", { input: { a: 1 } })).toEqual({ every: "12s", input: { a: 1 } });
    expect(after("ingest", { on: "any" })).toEqual({ after: "ingest", on: "any" });
  });
});

describe("an outcome", () => {
  test("is thrown, so that nothing after it runs", () => {
    expect(() => skip("nothing new")).toThrow(new SkipError("nothing new"));
    expect(() => fail("never again")).toThrow(new FailError("never again"));
  });
});
