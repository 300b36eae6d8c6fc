import { describe, expect, test } from "vitest";
import { statusError, waitOf } from "../../../../apps/server/browser/http/http-status.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");
const said = (status: number) => ({ url: "http://a/b", status, headers: {}, reader: null });

describe("statusError", () => {
  test.each([200, 201, 204, 206])("finds nothing wrong with %i", (status) => {
    expect(statusError(said(status), NOW)).toBeNull();
  });

  test.each([
    [404, "not_found", false],
    [410, "not_found", false],
    [400, "http_status", false],
    [401, "http_status", false],
    [403, "http_status", false],
    [408, "http_status", true],
    [425, "http_status", true],
    [429, "http_status", true],
    [500, "http_status", true],
    [503, "http_status", true],
    [599, "http_status", true],
    [304, "http_status", false],
  ])("takes %i for %s, retryable: %s", (status, reason, retryable) => {
    expect(statusError(said(status), NOW)).toMatchObject({
      code: reason,
      reason,
      retryable,
      status,
      retryAfter: null,
    });
  });

  test("says what was asked and what came", () => {
    expect(statusError({ ...said(503), headers: { "retry-after": "7" } }, NOW)).toMatchObject({
      message: "http://a/b answered 503 Service Unavailable.",
      retryAfter: 7000,
    });
    expect(statusError({ ...said(502), reader: "http://p:3128" }, NOW)?.message).toBe(
      "http://a/b answered 502 Bad Gateway, or the proxy http://p:3128 did in its place.",
    );
  });
});

describe("waitOf", () => {
  test.each([
    ["120", 120_000],
    [" 5 ", 5000],
    ["0", 0],
    ["Thu, 01 Jan 2026 00:00:30 GMT", 30_000],
    ["Wed, 31 Dec 2025 00:00:00 GMT", 0],
    ["999999999", 86_400_000],
    ["2.5", 2500],
    ["Thu Jan  1 00:00:30 2026", 30_000],
    ["2026-01-01T00:00:30Z", 30_000],
    ["5 minutes", null],
    ["-1", null],
    ["soon", null],
    ["-5x", null],
    ["", null],
    [undefined, null],
  ])("reads %j as %j ms", (header, wait) => {
    expect(waitOf(header, NOW)).toBe(wait);
  });
});
