/** Turns what Chromium says about a navigation (`net::ERR_…`) into the errors that the HTTP tier gives. */
import { BrowsingError } from "../../core/browsing.ts";
import { tooMany } from "../http/redirects.ts";
import { HungError } from "./while-alive.ts";

/** Whether a navigation was overtaken by one that the page before had started. */
export function isInterrupted(error: unknown): boolean {
  return /ERR_ABORTED/.test(textOf(error));
}

/** @param hops the addresses of the navigation, redirects included */
export function chromiumError(error: unknown, url: URL, timeoutMs: number, hops: readonly string[]): unknown {
  if (error instanceof BrowsingError) return error;
  const text = textOf(error);
  if (error instanceof HungError || (error instanceof DOMException && error.name === "TimeoutError")) {
    const isHung = error instanceof HungError;
    const what = isHung ? "is busy with itself and gives no answer" : `had not loaded after ${timeoutMs / 1000} s`;
    return new BrowsingError("timeout", `${url.href} ${what} in Chromium.`, { retryable: true, cause: error });
  }
  const code = /net::(ERR_[A-Z0-9_]+)/.exec(text)?.[1];
  if (code === "ERR_TOO_MANY_REDIRECTS") {
    return tooMany(hops, "redirects more often than Chromium follows");
  }
  if (code?.startsWith("ERR_CERT_")) {
    return new BrowsingError("tls", `The certificate of ${url.host} is not trusted (${code}).`, {
      retryable: false,
      cause: error,
    });
  }
  if (code) {
    return new BrowsingError("network", `${url.href} could not be reached in Chromium (${code}).`, {
      retryable: true,
      cause: error,
    });
  }
  return error;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
