import { describe, expect, test } from "vitest";
import { holds, parseExpression, pathsIn } from "../../../apps/server/core/expression.ts";

const DATA = {
  count: { output: { n: 9, text: "10", list: ["a", 2], none: null }, state: "succeeded" },
  state: { mode: "off", zero: "0" },
};

describe("a condition", () => {
  test.each([
    ["2 > 1", true],
    ["1 > 2", false],
    ["count.output.n > 5", true],
    ["${count.output.n} > 5", true],
    ["count.output.n > 9", false],
    ["count.output.n >= 9 and count.output.n <= 9", true],
    ["'5' > '10'", false],
    ["'5' < '10'", true],
    ["count.output.text == 10", true],
    ["count.output.text === 10", false],
    ["count.output.text !== 10", true],
    ["'b' > 'a'", true],
    ["'b' > 1", false],
    ["count.output.list contains 'a'", true],
    ["count.output.list contains '2'", true],
    ["count.output.list contains 3", false],
    ["state.mode contains 'f'", true],
    ["state.mode startsWith 'o' and state.mode endsWith \"ff\"", true],
    ["state.mode != 'off'", false],
    ["state['mode'] == 'off'", true],
    ["count.output.list.length == 2", true],
    ["count.output.none == null", true],
    ["nothing.there == null", true],
    ["nothing.there", false],
    ["'non-empty string'", true],
    ["'yes'", true],
    ["state.zero", false],
    ["state.zero falsy", true],
    ["state.mode truthy", true],
    ["not state.mode", false],
    ["!(1 > 2) && (false || true)", true],
    ["true or false and false", true],
    ["(true or false) and false", false],
    ["-1.5 < 0", true],
    ["'it\\'s' == \"it's\"", true],
  ])("`%s` is %s", (text, expected) => {
    expect(holds(parseExpression(text), DATA)).toBe(expected);
  });

  test.each([
    ["", 1],
    ["count.output.n >", 17],
    ["count.output. > 3", 14],
    ["(1 > 2", 7],
    ["1 > 2)", 6],
    ["1 2", 3],
    ["and 1", 1],
    ["a = 1", 3],
    ["a + 1", 3],
    ["f(1)", 2],
    ["'open", 1],
    [`1${" ".repeat(2000)}`, 2001],
  ])("`%s` is refused at position %i", (text, position) => {
    expect(() => parseExpression(text)).toThrow(expect.objectContaining({ name: "ExpressionError", position }));
  });

  test("tells every path it names", () => {
    expect(pathsIn(parseExpression("not (a.output > b.output) or ${state.mode}"))).toEqual([
      { path: ["a", "output"], position: 6 },
      { path: ["b", "output"], position: 17 },
      { path: ["state", "mode"], position: 32 },
    ]);
  });
});
