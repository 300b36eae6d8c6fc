import { describe, expect, test } from "vitest";
import { holds, parseExpression, pathsIn, resultOf } from "../../../apps/server/core/expression.ts";

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
    ["a +", 4],
    ["2 + 3 *", 8],
    ["f(1)", 1],
    ["constructor('x')", 1],
    ["1 + round()", 5],
    ["sqrt(1, 2)", 1],
    ["round(1.5", 10],
    ["1, 2", 2],
    [`${"(".repeat(200)}1${")".repeat(200)}`, 102],
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

describe("a calculation", () => {
  const NUMBERS = {
    input: {
      x: 41,
      width: 10,
      height: 5,
      text: "7",
      name: "Ada",
      list: [3, "1", 2.5],
      "a-b": 1,
      old: { a: 1, b: { c: 2, d: 3 }, e: 5 },
      new: { b: { d: 4 }, e: null },
    },
    "2024-r": { output: 5 },
  };

  test.each([
    ["5 + 3", 8],
    ["5-3", 2],
    ["10-4/2", 8],
    ["2+3*4", 14],
    ["(2 + 3) * 4", 20],
    ["2 - 3 - 4", -5],
    ["7 % 4", 3],
    ["-2 ^ 2", -4],
    ["2 ** -1", 0.5],
    ["2 ^ 3 ^ 2", 512],
    ["- -3", 3],
    ["1e3-1", 999],
    ["0.1 + 0.2", 0.3],
    ["1.1 * 3", 3.3],
    ["9007199254740991 - 1", 9007199254740990],
    ["input.width * ${input.height}", 50],
    ["input.x + 1", 42],
    ["input.text + 1", 8],
    ["input.a-b + 2024-r.output", 6],
    ["input.name + ' ' + input.x", "Ada 41"],
    ["input.x + 1 == 42 and not (input.width / 4 > 2.5)", true],
    ["ROUND(3.14159, 2)", 3.14],
    ["round(1.005, 2)", 1.01],
    ["round(-2.5)", -3],
    ["round(1234.5, -2)", 1200],
    ["floor(-1.5) + ceil(1.2)", 0],
    ["abs(-3) + sqrt(16)", 7],
    ["min(input.list, 0.5)", 0.5],
    ["max(input.list)", 3],
    ["sum(input.list)", 6.5],
    ["average(1, 2)", 1.5],
    ["length(input.name) + input.list.length", 6],
    ["upper(trim(' a ')) + lower('B')", "Ab"],
    ["concat(1, 2)", "12"],
    ["number('1e3') + 1", 1001],
    ["if(input.x > 40, 'much', 'little')", "much"],
    ["if(false, 1)", null],
    ["if(true, 1, 1 / 0)", 1],
    ["coalesce(input.gone, state.gone, 3) + 1", 4],
    ["merge(input.old, input.new)", { a: 1, b: { c: 2, d: 4 } }],
    ["merge(input.old, 3)", 3],
    ["input.list", [3, "1", 2.5]],
  ])("`%s` comes to %j", (text, expected) => {
    expect(resultOf(parseExpression(text), NUMBERS)).toEqual(expected);
  });

  test.each([
    ["1 + input.gone", 3, "`input.gone` is null"],
    ["input.name * 2", 12, 'expected a number, got "Ada"'],
    ["1 + 2 / (3 - 3)", 7, "a division by 0"],
    ["10 ^ 400", 4, "no finite number"],
    ["sqrt(-1)", 1, "no finite number"],
    ["round(1, 0.5)", 1, "digits"],
    ["-input.name", 1, "expected a number"],
    ["length(input.x)", 1, "a text or a list"],
  ])("`%s` cannot be done, which it says at position %i", (text, position, message) => {
    const calculate = () => resultOf(parseExpression(text), NUMBERS);
    expect(calculate).toThrow(expect.objectContaining({ name: "ExpressionError", position }));
    expect(calculate).toThrow(message);
  });

  test.each(["input.constructor", "input.__proto__", "input.name.constructor", "input.list.map"])(
    "`%s` reaches nothing but data",
    (text) => {
      expect(resultOf(parseExpression(text), NUMBERS)).toBeNull();
    },
  );
});
