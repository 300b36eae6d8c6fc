import { describe, expect, it } from "vitest";
import { parseOrder, parseWhere } from "../../../apps/server/http/where.ts";

describe("A `where`", () => {
  it.each([
    ["price>10", [{ path: ["price"], op: ">", value: 10 }]],
    [
      "price>=10,title~foo",
      [
        { path: ["price"], op: ">=", value: 10 },
        { path: ["title"], op: "contains", value: "foo" },
      ],
    ],
    ["a.b-c.d!=-1.5e3", [{ path: ["a", "b-c", "d"], op: "!=", value: -1500 }]],
    ['shop="Smith, Jones"', [{ path: ["shop"], op: "=", value: "Smith, Jones" }]],
    ['n="10"', [{ path: ["n"], op: "=", value: "10" }]],
    [
      "sold=true, gone = null",
      [
        { path: ["sold"], op: "=", value: true },
        { path: ["gone"], op: "=", value: null },
      ],
    ],
    ["at<2026-01-01T00:00:00Z", [{ path: ["at"], op: "<", value: "2026-01-01T00:00:00Z" }]],
    ["url=https://example.com/?a=b", [{ path: ["url"], op: "=", value: "https://example.com/?a=b" }]],
    ["zip=007", [{ path: ["zip"], op: "=", value: "007" }]],
    ["empty=", [{ path: ["empty"], op: "=", value: "" }]],
    ["größe>1", [{ path: ["größe"], op: ">", value: 1 }]],
    ['"two words".x=1', [{ path: ["two words", "x"], op: "=", value: 1 }]],
    ["items[0].price<5", [{ path: ["items", 0, "price"], op: "<", value: 5 }]],
    ['a in (1, b ,"c, d)",null)', [{ path: ["a"], op: "in", value: [1, "b", "c, d)", null] }]],
    [
      "a exists , b.c missing",
      [
        { path: ["a"], op: "exists", value: null },
        { path: ["b", "c"], op: "missing", value: null },
      ],
    ],
    ["in=1", [{ path: ["in"], op: "=", value: 1 }]],
  ])("like %s is understood", (text, expected) => {
    expect(parseWhere(text)).toEqual(expected);
  });

  it.each([
    ["price", "character 1"],
    ["price>1,,b=2", "character 9"],
    ["a b=1", "character 1"],
    ['a="x', "character 1"],
    ['a="\\q"', "JSON string"],
    ["a=1;DROP TABLE", null],
    ["a>", "after >"],
    ["a~,b=1", "after ~"],
    ["a in ()", "1 to 500 values"],
    ["a in 1,2", "character 1"],
    ["a exist", "character 1"],
    ["a[x]=1", "character 1"],
    ['"__proto__"=1', "not allowed"],
    ['"a\\"b"=1', "holds no"],
    ["$.a=1", "character 1"],
    ["__proto__=1", "not allowed"],
    ["a.constructor=1", "not allowed"],
    [",", "character 1"],
    [Array.from({ length: 21 }, (_, i) => `a${i}=1`).join(","), "at most 20"],
  ])("like %s is refused with its place, or taken as plain text", (text, message) => {
    if (message === null) expect(parseWhere(text)).toEqual([{ path: ["a"], op: "=", value: "1;DROP TABLE" }]);
    else
      expect(() => parseWhere(text)).toThrow(
        expect.objectContaining({ code: "invalid_query", message: expect.stringContaining(message) }),
      );
  });
});

describe("An `order`", () => {
  it.each([
    ["price", "asc", ["price"]],
    ["-price", "desc", ["price"]],
    ["shop.price:desc", "desc", ["shop", "price"]],
    ["created-on:asc", "asc", ["created-on"]],
  ])("like %s is understood", (text, direction, path) => {
    expect(parseOrder(text)).toEqual({ path, direction });
  });

  it.each(["", "a b", "-a:desc", "a:up", "a;b", "prototype"])("like %j is refused", (text) => {
    expect(() => parseOrder(text)).toThrow(expect.objectContaining({ code: "invalid_query" }));
  });
});
