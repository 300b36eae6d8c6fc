/** Turns what sockets, TLS and undici throw into one kind of error that says what it was and whether to try again. */
import { BrowsingError } from "../../core/browsing.ts";

const TIMEOUTS = new Set([
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "ETIMEDOUT",
  "ESOCKETTIMEDOUT",
]);

const MEANINGS: Readonly<Record<string, string>> = {
  ENOTFOUND: "its name is unknown",
  EAI_AGAIN: "the name server did not answer",
  ECONNREFUSED: "nothing listens there",
  ECONNRESET: "the connection was cut",
  EPIPE: "the connection was cut",
  EHOSTUNREACH: "there is no way to it",
  ENETUNREACH: "there is no network",
  UND_ERR_SOCKET: "the connection was cut",
};

/** @param timeoutMs the limit of the whole request, to be named when it was reached */
export function networkError(error: unknown, url: URL, timeoutMs: number): BrowsingError {
  if (error instanceof BrowsingError) return error;
  const code = codeOf(error);
  if (TIMEOUTS.has(code) || nameOf(error) === "TimeoutError") {
    return make("timeout", `${url.href} gave no complete answer in time (limit ${timeoutMs / 1000} s).`, true, error);
  }
  if (isCertificate(code)) {
    return make("tls", `The certificate of ${url.host} is not trusted (${code}).`, false, error);
  }
  if (isUndecodable(code)) return make("bad_response", `The answer of ${url.href} is damaged (${code}).`, true, error);
  const meaning = MEANINGS[code] ?? (error instanceof Error ? error.message : String(error));
  return make("network", `${url.href} could not be reached: ${meaning}${code ? ` (${code})` : ""}.`, true, error);
}

/** Whether an idle connection was closed by the other side just when it was used again: asking anew is right. */
export function wasStale(error: unknown): boolean {
  return ["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"].includes(codeOf(error));
}

/** Whether the name server said that there is no such host: asking again in a second tells nothing new. */
export function isUnknownHost(error: unknown): boolean {
  return codeOf(error) === "ENOTFOUND";
}

function make(
  code: "timeout" | "tls" | "bad_response" | "network",
  message: string,
  retryable: boolean,
  cause: unknown,
): BrowsingError {
  return new BrowsingError(code, message, { retryable, cause });
}

/** The code of an error, or of the first cause that has one; connecting to several addresses gives several. */
export function codeOf(error: unknown): string {
  for (let at: unknown = error; at instanceof Error; at = at instanceof AggregateError ? at.errors[0] : at.cause) {
    if (!(at instanceof BrowsingError) && "code" in at && typeof at.code === "string" && at.code !== "") return at.code;
  }
  return "";
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "";
}

function isCertificate(code: string): boolean {
  return /CERT|SELF_SIGNED|ERR_TLS|UNABLE_TO_(GET|VERIFY)/.test(code);
}

function isUndecodable(code: string): boolean {
  return /^(Z_|ERR__?ERROR|ERR_BROTLI|ERR_ZSTD|ZSTD_|HPE_)/.test(code) || code.includes("DECOMPRESS");
}
