import { describe, expect, it } from "vitest";
import { checkStateKey, MOST_STATE, stateText } from "../../../apps/server/core/state-rules.ts";

const refused = (message: string) =>
  expect.objectContaining({ code: "invalid_request", message: expect.stringContaining(message) });

describe("A key of the state", () => {
  it.each(["a", "import.last", "größe/1", "x".repeat(500)])("may be %s", (key) => {
    expect(() => checkStateKey(key)).not.toThrow();
  });

  it.each(["", "__proto__", "constructor", "prototype", "a\nb", "\ud800", "x".repeat(501)])("may not be %j", (key) => {
    expect(() => checkStateKey(key)).toThrow(refused("The key is refused"));
  });
});

describe("A value of the state", () => {
  it.each([[null], [[1, { a: "b" }]], [{ proto: { constructors: 1 } }], ["__proto__"], [["constructor"]]])(
    "may be %j",
    (value) => {
      expect(JSON.parse(stateText("k", value))).toEqual(value);
    },
  );

  it.each([
    ['{"__proto__":1}', "__proto__"],
    ['{"a":[{"b":{"constructor":{}}}]}', "a[0].b.constructor"],
    ['{"prototype":null}', "prototype"],
    [`${"[".repeat(70)}${"]".repeat(70)}`, "deeper than 64"],
  ])("may not be %s", (text, place) => {
    expect(() => stateText("k", JSON.parse(text))).toThrow(refused(place));
  });

  it("may take 1 MiB and no more", () => {
    expect(stateText("k", "x".repeat(MOST_STATE - 2))).toHaveLength(MOST_STATE);
    expect(() => stateText("k", "x".repeat(MOST_STATE - 1))).toThrow(refused("at most 1 MiB"));
    expect(() => stateText("k", "ü".repeat(MOST_STATE / 2))).toThrow(refused("at most 1 MiB"));
  });
});
