import { describe, expect, test } from "vitest";
import { FlowError, findCycle, parseFlow } from "../../../apps/server/core/flow.ts";

const EDGES: readonly (readonly [id: string, expression: string, edges: readonly string[]])[] = [
  ["C1", "a;b", ["a→b"]],
  ["C2", "a||b", []],
  ["C3", "a;b;c", ["a→b", "b→c"]],
  ["C4", "a;c||b", ["a→c"]],
  ["C5", "(a; b || c)", ["a→b"]],
  ["C6", "(a||b);c", ["a→c", "b→c"]],
  ["C7", "( a; b ) ; ( c; ( d || e ) ) || f", ["a→b", "b→c", "c→d", "c→e"]],
  ["C8", "a; b | c", ["a→b"]],
  ["C10", "node1;b", ["node1→b"]],
  ["C10", "start_aws;b", ["start_aws→b"]],
  ["every exit before every entry", "(a || b); (c || d)", ["a→c", "b→c", "a→d", "b→d"]],
  ["a repeated name is one node", "a; b || a; c", ["a→b", "a→c"]],
];

describe("a flow expression", () => {
  test.each(EDGES)("(%s) `%s` draws exactly its edges", (_id, expression, edges) => {
    expect(edgesOf(expression)).toEqual([...edges].sort());
  });

  test.each([
    ["a;b;", 5],
    [";a", 1],
    ["a b", 3],
    ["", 1],
    ["(a", 3],
    ["a)", 2],
    ["a;$b", 3],
    ["a|||b", 4],
  ])("`%s` is refused at position %i", (expression, position) => {
    expect(() => parseFlow(expression)).toThrow(expect.objectContaining({ name: "FlowError", position }));
  });

  test.each([
    ["a;a", "a → a"],
    ["a;b;a", "a → b → a"],
    ["a; b || b; c || c; a", "a → b → c → a"],
  ])("`%s` is refused with its cycle %s", (expression, path) => {
    expect(() => parseFlow(expression)).toThrow(new FlowError(`the flow goes in a circle: ${path}`, 1));
  });

  test.each([
    ["pull;(transcode|thumbnails) ;report", "pull; (transcode || thumbnails); report"],
    ["a; b || c", "(a; b) || c"],
    ["a;(b;(c));d", "a; b; c; d"],
  ])("`%s` prints as `%s` and reads back the same", (expression, normal) => {
    expect(parseFlow(expression).normal).toBe(normal);
    expect(parseFlow(normal)).toEqual(parseFlow(expression));
  });
});

describe("a cycle", () => {
  test("is found below a root that is free of it", () => {
    expect(
      findCycle(
        new Map([
          ["root", []],
          ["a", ["b", "root"]],
          ["b", ["a"]],
        ]),
      ),
    ).toHaveLength(3);
  });

  test("is not seen in a diamond", () => {
    expect(
      findCycle(
        new Map([
          ["a", []],
          ["b", ["a"]],
          ["c", ["a"]],
          ["d", ["b", "c"]],
        ]),
      ),
    ).toBeNull();
  });
});

function edgesOf(expression: string): string[] {
  return [...parseFlow(expression).needs].flatMap(([name, needs]) => needs.map((before) => `${before}→${name}`)).sort();
}
