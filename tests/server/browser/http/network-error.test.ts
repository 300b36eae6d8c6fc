import { describe, expect, test } from "vitest";
import { networkError, wasStale } from "../../../../apps/server/browser/http/network-error.ts";
import { BrowsingError } from "../../../../apps/server/core/browsing.ts";

const URL_ASKED = new URL("https://site.example/a");
const withCode = (code: string): Error => Object.assign(new Error("low level"), { code });

describe("networkError", () => {
  test.each([
    ["ENOTFOUND", "network", true, "its name is unknown"],
    ["EAI_AGAIN", "network", true, "the name server did not answer"],
    ["ECONNREFUSED", "network", true, "nothing listens there"],
    ["ECONNRESET", "network", true, "the connection was cut"],
    ["ESOMETHINGNEW", "network", true, "low level (ESOMETHINGNEW)"],
    ["UND_ERR_CONNECT_TIMEOUT", "timeout", true, "limit 60 s"],
    ["UND_ERR_BODY_TIMEOUT", "timeout", true, "limit 60 s"],
    ["CERT_HAS_EXPIRED", "tls", false, "site.example is not trusted (CERT_HAS_EXPIRED)"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "tls", false, "not trusted"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "tls", false, "not trusted"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "tls", false, "not trusted"],
    ["Z_DATA_ERROR", "bad_response", true, "damaged"],
    ["ERR__ERROR_FORMAT_PADDING_1", "bad_response", true, "damaged"],
    ["HPE_INVALID_CONSTANT", "bad_response", true, "damaged"],
  ])("takes %s for %s, retryable: %s", (code, expected, retryable, message) => {
    const error = networkError(withCode(code), URL_ASKED, 60_000);
    expect(error).toMatchObject({
      code: expected,
      reason: "network",
      retryable,
      message: expect.stringContaining(message),
    });
  });

  test("finds the code in a cause, and in the first of several addresses that were tried", () => {
    const wrapped = new TypeError("fetch failed", { cause: withCode("ENOTFOUND") });
    expect(networkError(wrapped, URL_ASKED, 1000).message).toContain("ENOTFOUND");
    const both = new AggregateError([withCode("ECONNREFUSED"), withCode("ENETUNREACH")], "");
    expect(networkError(both, URL_ASKED, 1000).message).toContain("ECONNREFUSED");
  });

  test("takes the end of its own patience for a timeout", () => {
    expect(networkError(new DOMException("", "TimeoutError"), URL_ASKED, 1000)).toMatchObject({ code: "timeout" });
  });

  test("passes on an error that is one already", () => {
    const error = new BrowsingError("too_large", "large", { retryable: false });
    expect(networkError(error, URL_ASKED, 1000)).toBe(error);
  });
});

test.each([
  ["UND_ERR_SOCKET", true],
  ["ECONNRESET", true],
  ["ECONNREFUSED", false],
])("an idle connection that fails with %s was stale: %s", (code, stale) => {
  expect(wasStale(withCode(code))).toBe(stale);
});
