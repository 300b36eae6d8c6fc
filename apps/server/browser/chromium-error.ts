/** Turns what Chromium says about a navigation (`net::ERR_…`) into the errors that the HTTP tier gives. */
import { BrowsingError } from "../core/browsing.ts";

/** Whether a navigation ended because the address is a file to save. */
export function isDownload(error: unknown): boolean {
  return textOf(error).includes("Download is starting");
}

/** Whether a navigation was overtaken by one that the page before had started. */
export function isInterrupted(error: unknown): boolean {
  return /is interrupted by another navigation|ERR_ABORTED/.test(textOf(error));
}

export function chromiumError(error: unknown, url: URL, timeoutMs: number): unknown {
  if (error instanceof BrowsingError) return error;
  const text = textOf(error);
  if (error instanceof Error && error.name === "TimeoutError") {
    const what =
      error instanceof DOMException
        ? "is busy with itself and gives no answer"
        : `had not loaded after ${timeoutMs / 1000} s`;
    const message = `${url.href} ${what} in Chromium.`;
    return new BrowsingError("timeout", message, { retryable: true, cause: error });
  }
  const code = /net::(ERR_[A-Z0-9_]+)/.exec(text)?.[1];
  if (code === "ERR_TOO_MANY_REDIRECTS") {
    return new BrowsingError("too_many_redirects", `${url.href} redirects without end.`, {
      retryable: false,
      cause: error,
    });
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
