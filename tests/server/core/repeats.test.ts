import { describe, expect, test } from "vitest";
import { kindOf, newRepeatMemory, REPEATS, repeatedKind } from "../../../apps/server/core/repeats.ts";

describe("Pages of a kind that show the same", () => {
  test("are followed so often, and no longer", () => {
    const memory = newRepeatMemory();
    const asked = Array.from({ length: 400 }, (_, n) => repeatedKind(`https://a.example/v/${n}/page`, 1, memory));
    expect(asked.filter((answer) => answer === null)).toHaveLength(REPEATS + 1);
    expect(asked.at(-1)).toEqual({ kind: "a.example/v" });
  });

  test("are followed for ever where each page only has a few copies, as documentation in several folders has", () => {
    const memory = newRepeatMemory();
    const asked = Array.from({ length: 10 * 400 }, (_, n) =>
      repeatedKind(`https://a.example/docs/v${Math.floor(n / 400)}/${n % 400}`, n % 400, memory),
    );
    expect(asked.filter((answer) => answer !== null)).toEqual([]);
  });

  test("cost no other kind anything, nor a page that shows something new", () => {
    const memory = newRepeatMemory();
    for (let n = 0; n < 400; n++) repeatedKind(`https://a.example/v/${n}/page`, 1, memory);
    expect(repeatedKind("https://a.example/other/1", 1, memory)).toBeNull();
    expect(repeatedKind("https://a.example/v/new/page", 2, memory)).toBeNull();
    expect(repeatedKind("https://a.example/v/unknown", null, memory)).toBeNull();
  });

  test("are no repeats when it is one page that is looked at again", () => {
    const memory = newRepeatMemory();
    const again = Array.from({ length: 400 }, () => repeatedKind("https://a.example/v/1", 1, memory));
    expect(again.every((answer) => answer === null)).toBe(true);
  });
});

test.each([
  ["https://a.example/", "a.example/"],
  ["https://a.example/?visitor=8f3a9c21", "a.example/"],
  ["https://a.example/shop/red/m", "a.example/shop"],
  ["https://a.example/8f3a9c21ab/page", "a.example/:id"],
  ["no address", null],
])("The kind of %j is %j", (key, kind) => {
  expect(kindOf(key)).toBe(kind);
});
