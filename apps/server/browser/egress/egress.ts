/**
 * Opens every connection to a web site, and none to where a page may not lead. An address is judged when it is resolved and
 * connected to as it was judged, so that a name cannot mean one thing when it is checked and another when it is used.
 */
import { lookup as systemLookup } from "node:dns";
import { connect, isIP, type LookupFunction, type Socket } from "node:net";
import { Agent, buildConnector, type Dispatcher } from "undici";
import type { NamedHosts } from "../../core/egress.ts";
import { type ProxyServer, proxyName } from "../../core/proxy.ts";
import { openForward } from "./forward.ts";
import { DeniedError, isForbiddenAddress, onlyPublic, publicHosts } from "./judgement.ts";
import { dialThrough } from "./proxy-dial.ts";

/** What is asked, beside the address. Names of headers are in lower case. */
export type Question = Omit<Dispatcher.RequestOptions, "origin" | "path" | "headers"> & {
  readonly headers: Readonly<Record<string, string | string[]>>;
};

export interface Egress {
  /**
   * Sends a request over a connection that is kept for the next. One to a host that somebody named is never lent to those who did
   * not. Rejects when it is denied, which `toldDenied` reads.
   */
  request(named: NamedHosts, url: URL, question: Question): Promise<Dispatcher.ResponseData>;
  /** A plain connection, for what passes through unread. Rejects when it is denied, which `toldDenied` reads. */
  connect(named: NamedHosts, hostname: string, port: number, signal?: AbortSignal): Promise<Socket>;
  /** The name of the proxy that reads what is asked and may answer by itself; null: what comes is from the site. */
  reader(url: URL): string | null;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT = 10_000;
const SILENCE_TIMEOUT = 30_000;
/** Of a connection, whoever is at its other end. */
const LIMITS = { headersTimeout: SILENCE_TIMEOUT, bodyTimeout: SILENCE_TIMEOUT, maxHeaderSize: 65_536 };

/**
 * @param lookup how names are resolved; default: as the system does it
 * @param proxy what every connection goes through: it is told addresses, after they were judged; only for plain http, an HTTP proxy
 *   is told the name, after it was judged
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
  const forward = proxy && proxy.protocol !== "socks5" ? openForward(proxy, LIMITS) : null;
  const expectPublic = publicHosts(lookup);
  const isRead = (url: URL): boolean => forward !== null && url.protocol === "http:";
  return {
    async request(named, url, question) {
      const isOpen = isNamed(named, url);
      if (!forward || !isRead(url)) {
        const path = url.pathname + url.search;
        return (isOpen ? open : careful).request({ ...question, origin: url.origin, path });
      }
      if (!isOpen) await expectPublic(url.hostname);
      return forward.request(url, question);
    },
    reader: (url) => (proxy && isRead(url) ? proxyName(proxy) : null),
    async connect(named, hostname, port, signal) {
      const host = hostname.replace(/^\[|\]$/g, "");
      const isOpen = named.has(hostname, port);
      if (!isOpen && isForbiddenAddress(host)) throw new DeniedError();
      const allowed = isOpen ? lookup : publicOnly;
      return proxy ? dialThrough(proxy, await addressOf(allowed, host), port) : dial(allowed, host, port, signal);
    },
    close: async () => void (await Promise.all([open.destroy(), careful.destroy(), forward?.close()])),
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
  return new Agent({ ...LIMITS, connect: connector });
}
