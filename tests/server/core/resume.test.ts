import { describe, expect, test } from "vitest";
import { continuationOf, versionOf } from "../../../apps/server/core/resume.ts";

const DATES = { date: "Sat, 21 Nov 2026 10:00:10 GMT", "last-modified": "Sat, 21 Nov 2026 10:00:00 GMT" };
const BEGINNING = { validator: '"v1"', total: 100, size: 40 };

describe("an answer whose bytes can be gone on with", () => {
  test.each([
    ["a strong tag", { etag: '"v1"', "content-length": "100" }, { validator: '"v1"', total: 100 }],
    ["a strong tag and no length", { etag: '"v1"' }, { validator: '"v1"', total: null }],
    ["a date that is old enough", DATES, { validator: DATES["last-modified"], total: null }],
  ])("has %s", (_what, headers, version) => {
    expect(versionOf(headers, false)).toEqual(version);
  });

  test.each([
    ["nothing that tells versions apart", {}],
    ["a weak tag, which forbids the date as well", { ...DATES, etag: 'W/"v1"' }],
    ["a tag without quotes", { etag: "v1" }],
    ["a date of the same second", { ...DATES, date: DATES["last-modified"] }],
    ["a date and no clock to compare it with", { "last-modified": DATES["last-modified"] }],
    ["an encoding", { etag: '"v1"', "content-encoding": "gzip" }],
    ["no ranges", { etag: '"v1"', "accept-ranges": "none" }],
    ["a tag longer than any real one", { etag: `"${"v".repeat(200)}"` }],
  ])("is none that has %s", (_what, headers) => {
    expect(versionOf(headers as Record<string, string>, false)).toBeNull();
  });

  test("is none that has only a date when it was asked for with cookies", () => {
    expect(versionOf(DATES, true)).toBeNull();
    expect(versionOf({ ...DATES, etag: '"v1"' }, true)).not.toBeNull();
  });
});

describe("the answer to a request for the rest", () => {
  test.each([
    ["the rest", 206, { "content-range": "bytes 40-99/100", etag: '"v1"', "content-length": "60" }, "append"],
    ["the rest without its tag", 206, { "content-range": "bytes 40-99/100" }, "append"],
    ["the rest of an unknown length", 206, { "content-range": "bytes 40-99/*" }, "append"],
    ["a part that begins elsewhere", 206, { "content-range": "bytes 0-99/100" }, "again"],
    ["a part that ends early", 206, { "content-range": "bytes 40-60/100" }, "again"],
    ["a part of a longer file", 206, { "content-range": "bytes 40-199/200" }, "again"],
    ["a part with another tag", 206, { "content-range": "bytes 40-99/100", etag: '"v2"' }, "again"],
    [
      "a part of another length than it says",
      206,
      { "content-range": "bytes 40-99/100", "content-length": "9" },
      "again",
    ],
    ["a part that is encoded", 206, { "content-range": "bytes 40-99/100", "content-encoding": "gzip" }, "again"],
    ["several parts", 206, { "content-type": "multipart/byteranges; boundary=x" }, "again"],
    ["nonsense for a range", 206, { "content-range": "bytes 99-40/100" }, "again"],
    ["the whole file", 200, { etag: '"v1"' }, "replace"],
    ["an error", 503, {}, "replace"],
    ["that the file has changed", 412, {}, "again"],
    ["that the range lies outside", 416, { "content-range": "bytes */30" }, "again"],
    ["that the range lies outside, and no more", 416, {}, "again"],
  ])("that brings %s means as much", (_what, status, headers, expected) => {
    expect(continuationOf(status, headers as Record<string, string>, BEGINNING)).toBe(expected);
  });

  test("that says there is no more means that the file was whole already", () => {
    const whole = { ...BEGINNING, size: 100 };
    expect(continuationOf(416, { "content-range": "bytes */100" }, whole)).toBe("whole");
  });
});
