/** The one door for addresses: http and https only, nothing that a log or another host should not see. */
import { BrowsingError } from "../core/browsing.ts";

const MAX_LENGTH = 8192;

/** Reads an address to be fetched; rejects with `invalid_url`, saying what was expected. */
export function webUrl(text: string, base?: URL): URL {
  if (text.length > MAX_LENGTH)
    throw invalid(`${text.slice(0, 80)}…`, `it has ${text.length} characters, at most ${MAX_LENGTH} are allowed`);
  const url = URL.parse(text, base);
  if (!url) throw invalid(text, "it is not an absolute URL");
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw invalid(text, `"${url.protocol}" is not http: or https:`);
  if (url.username || url.password) {
    throw invalid(url.origin, "it carries a user name or password; give an authorization header instead");
  }
  return url;
}

/** The address as it is kept: without its fragment, which never leaves the client. */
export function withoutFragment(url: URL): string {
  const copy = new URL(url);
  copy.hash = "";
  return copy.href;
}

function invalid(shown: string, why: string): BrowsingError {
  return new BrowsingError("invalid_url", `Expected an http(s) address, got ${JSON.stringify(shown)}: ${why}.`, {
    retryable: false,
  });
}
