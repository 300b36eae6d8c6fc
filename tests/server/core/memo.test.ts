import { expect, test } from "vitest";
import { memo } from "../../../apps/server/core/memo.ts";

function counting(most?: number): { of: (text: string) => string | null; asked: string[] } {
  const asked: string[] = [];
  const of = memo((text) => {
    asked.push(text);
    return text === "none" ? null : text.toUpperCase();
  }, most);
  return { of, asked };
}

test("A result is found once for a text that comes again, also one that is null", () => {
  const { of, asked } = counting();
  expect(["a", "b", "a", "none", "none"].map(of)).toEqual(["A", "B", "A", null, null]);
  expect(asked).toEqual(["a", "b", "none", "none"].slice(0, 3));
});

test("What comes again stays when what came once is forgotten, and there is never more than twice as much as was allowed", () => {
  const { of, asked } = counting(2);
  for (const text of ["a", "b", "c", "a", "d", "e", "a", "b"]) of(text);
  expect(asked).toEqual(["a", "b", "c", "d", "e", "b"]);
});

test("A very long text is answered without being kept", () => {
  const { of, asked } = counting();
  const long = "x".repeat(501);
  expect(of(long)).toBe(of(long));
  expect(asked.length).toBe(2);
});
