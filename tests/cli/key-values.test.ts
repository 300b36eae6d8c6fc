import { expect, it } from "vitest";
import { parsePairs } from "../../apps/cli/key-values.ts";

const SCHEMA = {
  properties: {
    text: { type: "string" },
    count: { type: "integer" },
    on: { type: "boolean" },
    list: { type: "array", items: { type: "number" } },
    object: { type: "object" },
    either: { anyOf: [{ type: "string" }, { type: "number" }] },
  },
};

it.each([
  ["text=5", { text: "5" }],
  ["text=a=b=c", { text: "a=b=c" }],
  ["text=", { text: "" }],
  ["count=-5", { count: -5 }],
  ["on=false", { on: false }],
  ["list=1,2.5", { list: [1, 2.5] }],
  ["list=[3]", { list: [3] }],
  ["list=", { list: [] }],
  ['object={"a":1}', { object: { a: 1 } }],
  ["either=5", { either: 5 }],
  ["either=five", { either: "five" }],
  ["other=null", { other: null }],
  ["url=https://example.com/?a=1", { url: "https://example.com/?a=1" }],
])("%s is read as the schema says", (pair, input) => {
  expect(parsePairs([pair], SCHEMA)).toEqual(input);
});

it.each(["count=", "count=x", "count=Infinity", "on=1", "object={", "list=[1", "list=1,x", "=x", "word"])(
  "%s is refused",
  (pair) => {
    expect(() => parsePairs([pair], SCHEMA)).toThrow(expect.objectContaining({ exitCode: 2 }));
  },
);

it("A name of the prototype is a name like any other, and changes no prototype", () => {
  const input = parsePairs(['__proto__={"admin":true}', "toString=1"], null);
  expect(Object.keys(input)).toEqual(["__proto__", "toString"]);
  expect(Object.getPrototypeOf(input)).toBe(Object.prototype);
});
