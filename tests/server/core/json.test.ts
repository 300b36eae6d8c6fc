import { expect, test } from "vitest";
import { canonicalJson, jsonText } from "../../../apps/server/core/json.ts";

test("Equal values have the same canonical text, whatever the order of their keys", () => {
  expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: null })).toBe('{"a":null,"b":[{"c":2,"d":1}]}');
  expect(canonicalJson(undefined)).toBe("null");
});

test.each([
  ["Great news 🎉".slice(0, 12), "Great news �"],
  [{ "\ud800": ["a\udfff"] }, { "�": ["a�"] }],
])("Half a surrogate becomes a replacement character: %j", (value, text) => {
  expect(JSON.parse(jsonText(value))).toEqual(text);
});

test.each(["🎉 whole", "\\ud83c as text", "plain"])("Everything else stays as it is: %j", (value) => {
  expect(JSON.parse(jsonText(value))).toBe(value);
});
