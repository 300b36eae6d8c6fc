import { expect, test } from "vitest";
import { parseHttpDate } from "../../../apps/server/core/http-date.ts";

test.each([
  ["Tue, 03 Mar 2026 04:05:06 GMT", "2026-03-03T04:05:06.000Z"],
  ["Tuesday, 03-Mar-26 04:05:06 GMT", "2026-03-03T04:05:06.000Z"],
  ["Tue Mar  3 04:05:06 2026", "2026-03-03T04:05:06.000Z"],
  ["03 march 2026 4:5:6", "2026-03-03T04:05:06.000Z"],
  ["Tue, 03 Mar 2026 04:05:06 PST", "2026-03-03T04:05:06.000Z"],
  ["04:05:06 2026 Mar 03", "2026-03-03T04:05:06.000Z"],
  ["04:05:06 03 Mar 2026", "2026-03-03T04:05:06.000Z"],
  ["Thu, 01-Jan-70 00:00:01 GMT", "1970-01-01T00:00:01.000Z"],
  ["Wed, 01-Jan-69 00:00:01 GMT", "2069-01-01T00:00:01.000Z"],
  ["Sat, 31 Feb 2026 00:00:00 GMT", null],
  ["Tue, 03 Mar 2026 24:05:06 GMT", null],
  ["Tue, 03 Mar 1600 04:05:06 GMT", null],
  ["Tue, 03 Mar 2026", null],
  ["5 seconds", null],
  ["-1", null],
  ["0", null],
  ["", null],
])("The header date %j is %j", (text, expected) => {
  const time = parseHttpDate(text);
  expect(time === null ? null : new Date(time).toISOString()).toBe(expected);
});
