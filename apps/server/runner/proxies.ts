/** The proxies of a task: those its file names, or those that a variable of the server's environment holds. */
import type { BrowserDefinition } from "../../sdk/definition.ts";
import { BrowsingError } from "../core/browsing.ts";
import { PROXY_EXPECTED, type ProxyServer, parseProxies, parseProxy } from "../core/proxy.ts";
import type { Host } from "./context.ts";

export async function proxiesOf(
  named: NonNullable<BrowserDefinition["proxy"]>,
  host: Host,
): Promise<readonly ProxyServer[]> {
  if (typeof named === "string" || !("secretEnv" in named))
    return [named].flat().flatMap((text) => parseProxy(text) ?? []);
  const text = await host.loadProxy();
  const proxies = text === null ? null : parseProxies(text);
  if (proxies) return proxies;
  const came = text === null ? "which is not set" : "which holds something else";
  const message = `The environment variable ${named.secretEnv} of the server, ${came}: ${PROXY_EXPECTED}.`;
  throw new BrowsingError("proxy_failed", message, { retryable: false });
}
