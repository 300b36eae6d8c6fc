import { expect, it } from "vitest";
import { parseRange } from "../../../apps/server/http/range.ts";

it.each([
  ["bytes=0-0", { start: 0, end: 0 }],
  ["bytes=2-", { start: 2, end: 9 }],
  ["bytes=-3", { start: 7, end: 9 }],
  ["bytes=-99", { start: 0, end: 9 }],
  ["bytes=5-99", { start: 5, end: 9 }],
  ["bytes=10-", "outside"],
  ["bytes=-0", "outside"],
  ["bytes=3-2", null],
  ["bytes=-", null],
  ["bytes=0-1,3-4", null],
  ["lines=1-2", null],
  [undefined, null],
])("Of ten bytes, %s asks for %j", (header, expected) => {
  expect(parseRange(header, 10)).toEqual(expected);
});
