/** Proxies that a task's connections go through. Their passwords are for the proxy alone: nothing that is logged or kept has them. */

export interface ProxyServer {
  readonly protocol: "http" | "https" | "socks5";
  readonly hostname: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

export const PROXY_EXPECTED =
  "expected a proxy such as http://user:password@host:3128, https://host or socks5://host:1080";

const PORTS: Readonly<Record<ProxyServer["protocol"], number>> = { http: 80, https: 443, socks5: 1080 };

/** Null: it is none. */
export function parseProxy(text: string): ProxyServer | null {
  const [, scheme = "", rest = ""] = /^(https?|socks5h?):\/\/(.+)$/i.exec(text.trim()) ?? [];
  const protocol = scheme.toLowerCase().replace("socks5h", "socks5") as ProxyServer["protocol"];
  // Read as another scheme, whose default port is nobody's, and whose host is read as that of a web address.
  const url = URL.parse(`http://${rest}`);
  if (!url || url.hostname === "" || url.pathname !== "/" || url.search !== "" || url.hash !== "") return null;
  const explicit = /:(\d+)\/?$/.exec(rest)?.[1];
  return {
    protocol,
    hostname: url.hostname,
    port: explicit === undefined ? PORTS[protocol] : Number(explicit),
    user: decoded(url.username),
    password: decoded(url.password),
  };
}

/** Proxies of an environment variable: one, or several with commas or white space between. Null: one of them is none. */
export function parseProxies(text: string): readonly ProxyServer[] | null {
  const proxies = text
    .split(/[\s,]+/)
    .filter((part) => part !== "")
    .map(parseProxy);
  return proxies.length > 0 && proxies.every((proxy) => proxy !== null) ? proxies : null;
}

/** As it is told to people. */
export function proxyName({ protocol, hostname, port }: ProxyServer): string {
  return `${protocol}://${hostname}:${port}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
