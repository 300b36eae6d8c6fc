/** The one door for addresses to be fetched. */
import { BrowsingError } from "../core/browsing.ts";
import { addressFault } from "../core/web-address.ts";

const SHOWN = 80;

/** Reads an address; rejects with `invalid_url`, saying what was expected. */
export function webUrl(text: string, base?: URL): URL {
  const fault = addressFault(text, base);
  const url = URL.parse(text, base);
  if (fault === null && url) return url;
  // What carries a password is not shown whole.
  const shown = url?.username || url?.password ? url.origin : text;
  const short = shown.length > SHOWN * 2 ? `${shown.slice(0, SHOWN)}…` : shown;
  throw new BrowsingError("invalid_url", `Expected an http(s) address, got ${JSON.stringify(short)}: ${fault}.`, {
    retryable: false,
  });
}

/** The address as it is kept: without its fragment, which never leaves the client. */
export function withoutFragment(url: URL): string {
  const copy = new URL(url);
  copy.hash = "";
  return copy.href;
}
