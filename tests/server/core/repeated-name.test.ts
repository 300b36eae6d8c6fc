import { describe, expect, it } from "vitest";
import { repeatedName } from "../../../apps/server/core/repeated-name.ts";

describe("A JSON text", () => {
  it.each([
    ['{"a":1,"a":2}', "a"],
    ['{"a":1,"b":{"c":[{"d":1 , "d" :2}]}}', "d"],
    ['{"a":1,"\\u0061":2}', "a"],
    ['[{"x\\"y":1,"x\\"y":1}]', 'x"y'],
    ['{"":1,"":2}', ""],
  ])("such as %s repeats a name", (text, name) => {
    expect(repeatedName(text)).toBe(name);
  });

  it.each([
    '{"a":1,"b":1}',
    '{"a":{"a":{"a":1}}}',
    '[{"a":1},{"a":1}]',
    '{"a":"{\\"a\\":1","b":"a"}',
    '["a","a"]',
    '{"a":["a","a"],"b":[]}',
    '"a"',
    "7",
  ])("such as %s does not", (text) => {
    expect(repeatedName(text)).toBeNull();
  });

  it("of many names and levels is read in one pass", () => {
    const wide = JSON.stringify(Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`k${n}`, n])));
    expect(repeatedName(wide)).toBeNull();
    expect(repeatedName(`${"[".repeat(50_000)}${"]".repeat(50_000)}`)).toBeNull();
  });
});
