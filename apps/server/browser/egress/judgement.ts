/** Which addresses a page may lead to, where nobody named the host. */
import type { LookupFunction } from "node:net";
import { isIP } from "node:net";
import { BrowsingError } from "../../core/browsing.ts";
import { isGloballyRoutable } from "../../core/egress.ts";

/** What a connection ends with that the policy does not allow. Whoever asked for it knows for which address, and tells. */
export class DeniedError extends Error {
  override readonly name = "DeniedError";
}

/** What `error` means for a request to `url`: the same, unless the policy denied it. */
export function toldDenied(error: unknown, url: URL): unknown {
  if (!(error instanceof DeniedError)) return error;
  // Neither what the name resolves to nor whether anything is there: that would map the network for whoever wrote the page.
  return new BrowsingError(
    "egress_denied",
    `${url.host} is not on the public internet, and neither the task nor its input names it. If it is meant, add ${JSON.stringify(url.host)} to the task's option allowHosts.`,
    { retryable: false },
  );
}

/** Of a host that is an address; a name is none. */
export function isForbiddenAddress(host: string): boolean {
  return isIP(host) !== 0 && !isGloballyRoutable(host);
}

/** A lookup that gives public addresses only. */
export function onlyPublic(lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, "");
      const addresses = (Array.isArray(found) ? found : []).filter(({ address }) => isGloballyRoutable(address));
      const [first] = addresses;
      if (!first) callback(new DeniedError(), "");
      else if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

/** How long a name is taken for public: whoever resolves it once more does so at another time anyway. */
const REMEMBERED = 30_000;
const MOST_REMEMBERED = 1000;

/**
 * Whether a host may be named to somebody who resolves it by himself: every address that it has here must be public, for which of
 * them he takes is his choice. Rejects with `DeniedError`, or with why the name cannot be resolved.
 */
export function publicHosts(lookup: LookupFunction): (hostname: string) => Promise<void> {
  const known = new Map<string, number>();
  return (hostname) => {
    const host = hostname.replace(/^\[|\]$/g, "");
    if (isForbiddenAddress(host)) return Promise.reject(new DeniedError());
    if (isIP(host) !== 0 || (known.get(host) ?? 0) > performance.now()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      lookup(host, { all: true }, (error, found) => {
        if (error) return reject(error);
        const addresses = Array.isArray(found) ? found : [];
        if (addresses.length === 0 || !addresses.every(({ address }) => isGloballyRoutable(address)))
          return reject(new DeniedError());
        if (known.size >= MOST_REMEMBERED) known.clear();
        known.set(host, performance.now() + REMEMBERED);
        resolve();
      });
    });
  };
}
