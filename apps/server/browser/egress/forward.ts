/**
 * Asks an HTTP proxy for plain http addresses as a whole (absolute form, RFC 9112, 3.2.2), as browsers do: Squid as it is installed,
 * and most others, open tunnels to port 443 only. The proxy reads the name and resolves it by itself, for it has to replace the
 * header Host by what the address says: an address in place of the name would be another site.
 */
import { type Dispatcher, errors, Pool } from "undici";
import type { BrowsingError } from "../../core/browsing.ts";
import type { ProxyServer } from "../../core/proxy.ts";
import { codeOf, wasStale } from "../http/network-error.ts";
import type { Question } from "./egress.ts";
import { credentialsOf, proxyFailed, toProxy, wantsPassword } from "./proxy-dial.ts";

export interface Forward {
  /** Rejects with `proxy_failed` where the proxy says that it was not the site that answered. */
  request(url: URL, question: Question): Promise<Dispatcher.ResponseData>;
  close(): Promise<void>;
}

/** What proxies that sign what they answer by themselves are called. */
const OWN_NAMES = /^(?:tinyproxy|mitmproxy|privoxy)\b/i;

/** Connections are kept, and serve whichever host is asked for next. */
export function openForward(proxy: ProxyServer, options: Pool.Options): Forward {
  const pool = new Pool(`http://${proxy.hostname}:${proxy.port}`, {
    ...options,
    connect: (_options, callback) =>
      void toProxy(proxy).then(
        (socket) => callback(null, socket),
        (error: Error) => callback(error, null),
      ),
  });
  const credentials = credentialsOf(proxy);
  const own = credentials === null ? {} : { "proxy-authorization": credentials };
  return {
    async request(url, question) {
      const path = url.origin + url.pathname + url.search;
      const headers = { ...question.headers, host: url.host, ...own };
      const answer = await pool.request({ ...question, path, headers }).catch((error: unknown) => {
        throw toldCut(proxy, error);
      });
      const fault = faultIn(proxy, url, answer);
      if (fault) await answer.body.dump().catch(() => {});
      if (fault) throw fault;
      return answer;
    },
    close: () => pool.destroy(),
  };
}

/** The connection is the proxy's, whoever of the two was at fault. */
function toldCut(proxy: ProxyServer, error: unknown): unknown {
  if (error instanceof errors.HTTPParserError) return proxyFailed(proxy, "does not speak HTTP", true, error);
  return wasStale(error) ? proxyFailed(proxy, `cut the connection (${codeOf(error)})`, true, error) : error;
}

/**
 * Null: the site may have answered. Nothing common tells the two apart but status 407, which is the proxy's alone; the rest are
 * marks of well-known proxies. RFC 9209 (Proxy-Status) has one, too, which says just as well that a proxy of the site failed.
 */
function faultIn(proxy: ProxyServer, url: URL, { statusCode, headers }: Dispatcher.ResponseData): BrowsingError | null {
  if (statusCode === 407) return wantsPassword(proxy);
  if (statusCode < 400) return null;
  const squid = headerOf(headers, "x-squid-error");
  const isOwn = squid !== "" || OWN_NAMES.test(headerOf(headers, "server"));
  if (!isOwn) return null;
  const why = squid === "" ? `status ${statusCode}` : `status ${statusCode}, ${squid.split(" ")[0]}`;
  return proxyFailed(proxy, `did not bring ${url.href} (${why})`, true);
}

/** A header of an answer as undici gives it: by name, or with names and values by turns. */
function headerOf(headers: Dispatcher.ResponseData["headers"], name: string): string {
  if (!Array.isArray(headers)) return String(headers[name] ?? "");
  const at = headers.findIndex((said, index) => index % 2 === 0 && String(said).toLowerCase() === name);
  return at < 0 ? "" : String(headers[at + 1]);
}
