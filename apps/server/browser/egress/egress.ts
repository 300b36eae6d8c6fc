/**
 * Opens every connection to a web site, and none to where a page may not lead. An address is judged when it is resolved and
 * connected to as it was judged, so that a name cannot mean one thing when it is checked and another when it is used.
 */
import { lookup as systemLookup } from "node:dns";
import { connect, isIP, type LookupFunction, type Socket } from "node:net";
import { Agent, buildConnector } from "undici";
import { BrowsingError } from "../../core/browsing.ts";
import { isGloballyRoutable, type NamedHosts } from "../../core/egress.ts";
import type { ProxyServer } from "../../core/proxy.ts";
import { dialThrough } from "./proxy-dial.ts";

export interface Egress {
  /** Connections for requests to a host. One to a host that somebody named is never lent to those who did not. */
  agent(named: NamedHosts, url: URL): Agent;
  /** A plain connection, for what passes through unread. Rejects when it is denied, which `toldDenied` reads. */
  connect(named: NamedHosts, hostname: string, port: number, signal?: AbortSignal): Promise<Socket>;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT = 10_000;
const SILENCE_TIMEOUT = 30_000;
const MAX_HEADERS = 65_536;

/**
 * @param lookup how names are resolved; default: as the system does it
 * @param proxy what every connection goes through; it is told addresses, after they were judged
 */
export function createEgress(
  lookup: LookupFunction = systemLookup as LookupFunction,
  proxy: ProxyServer | null = null,
): Egress {
  const publicOnly = onlyPublic(lookup);
  const plain = connectorFor(lookup, proxy);
  const guarded = connectorFor(publicOnly, proxy);
  const open = makeAgent(plain);
  const careful = makeAgent((options, callback) => {
    // Where the host is an address there is nothing to look up.
    if (isForbiddenAddress(options.hostname)) callback(new DeniedError(), null);
    else guarded(options, callback);
  });
  return {
    agent: (named, url) => (isNamed(named, url) ? open : careful),
    async connect(named, hostname, port, signal) {
      const host = hostname.replace(/^\[|\]$/g, "");
      const isOpen = named.has(hostname, port);
      if (!isOpen && isForbiddenAddress(host)) throw new DeniedError();
      const allowed = isOpen ? lookup : publicOnly;
      return proxy ? dialThrough(proxy, await addressOf(allowed, host), port) : dial(allowed, host, port, signal);
    },
    close: async () => void (await Promise.all([open.destroy(), careful.destroy()])),
  };
}

/** Whether somebody named the host of an address. */
export function isNamed(named: NamedHosts, url: URL): boolean {
  return named.has(url.hostname, Number(url.port) || (url.protocol === "https:" ? 443 : 80));
}

/** Through a proxy, TLS is spoken with the host inside of what the proxy passes on. */
function connectorFor(lookup: LookupFunction, proxy: ProxyServer | null): buildConnector.connector {
  const direct = buildConnector({ timeout: CONNECT_TIMEOUT, lookup });
  if (!proxy) return direct;
  return (options, callback) => {
    const port = Number(options.port) || (options.protocol === "https:" ? 443 : 80);
    const opening = addressOf(lookup, options.hostname).then((address) => dialThrough(proxy, address, port));
    opening.then(
      (httpSocket) =>
        options.protocol === "https:" ? direct({ ...options, httpSocket }, callback) : callback(null, httpSocket),
      (error) => callback(error, null),
    );
  };
}

function addressOf(lookup: LookupFunction, hostname: string): Promise<string> {
  const host = hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0) return Promise.resolve(host);
  return new Promise((resolve, reject) => {
    lookup(host, {}, (error, address) => (error ? reject(error) : resolve(String(address))));
  });
}

function dial(lookup: LookupFunction, host: string, port: number, signal?: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, lookup, noDelay: true, timeout: CONNECT_TIMEOUT });
    socket.once("timeout", () => socket.destroy(new DOMException("no connection in time", "TimeoutError")));
    const abort = (): void => void socket.destroy(signal?.reason);
    signal?.addEventListener("abort", abort);
    if (signal?.aborted) abort();
    socket.once("close", () => signal?.removeEventListener("abort", abort));
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.setTimeout(0);
      socket.off("error", reject);
      resolve(socket);
    });
  });
}

function makeAgent(connector: buildConnector.connector): Agent {
  return new Agent({
    connect: connector,
    headersTimeout: SILENCE_TIMEOUT,
    bodyTimeout: SILENCE_TIMEOUT,
    maxHeaderSize: MAX_HEADERS,
  });
}

function isForbiddenAddress(host: string): boolean {
  return isIP(host) !== 0 && !isGloballyRoutable(host);
}

/** A lookup that gives public addresses only. */
function onlyPublic(lookup: LookupFunction): LookupFunction {
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

/** What a connection ends with that the policy does not allow. Whoever asked for it knows for which address, and tells. */
class DeniedError extends Error {
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
