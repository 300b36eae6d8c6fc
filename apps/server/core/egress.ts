/**
 * Where pages may lead: anywhere on the public internet, and to hosts that the task or its input names. Addresses are judged by
 * IANA's registries of special-purpose addresses; what those do not call globally reachable is not public.
 */

/** Whether an IP address, as a resolver or a URL writes it, belongs to the public internet. */
export function isGloballyRoutable(address: string): boolean {
  const parts = ipv4(address);
  return parts ? isPublicV4(parts) : isPublicV6(address);
}

/** Hosts that somebody named, who is trusted to know what they are. */
export interface NamedHosts {
  has(hostname: string, port: number): boolean;
}

/** @param hosts as `canonicalHost` writes them */
export function namedHosts(hosts: readonly string[]): NamedHosts {
  const set = new Set(hosts);
  return {
    has: (hostname, port) =>
      set.has(`${hostname}:${port}`) ||
      set.has(`${hostname}:*`) ||
      ((port === 80 || port === 443) && set.has(hostname)),
  };
}

/** `intranet`, `intranet:8080` or `intranet:*` as URLs write them; null when it is no host. Without a port it means 80 and 443. */
export function canonicalHost(text: string): string | null {
  const [, name = "", port = ""] = /^(.*?)(:\*|:\d+)?$/s.exec(text.trim()) ?? [];
  if (/[/?#@*\\]/.test(name)) return null;
  const url = URL.parse(`http://${name}${port === ":*" ? "" : port}/`);
  if (!url || url.hostname === "") return null;
  if (port === "" || port === ":80" || port === ":443") return url.hostname + (port === "" ? "" : port);
  return port === ":*" ? `${url.hostname}:*` : url.host;
}

/** Hosts of the http(s) addresses anywhere in a value, each once. */
export function hostsNamedIn(value: unknown): string[] {
  const found = new Set<string>();
  collect(value, found, new Set());
  return [...found].sort();
}

function collect(value: unknown, found: Set<string>, seen: Set<object>): void {
  if (typeof value === "string" || value instanceof URL) {
    const url = /^\s*https?:/i.test(String(value)) ? URL.parse(String(value)) : null;
    if (url) found.add(url.host);
  } else if (typeof value === "object" && value !== null && !seen.has(value)) {
    seen.add(value);
    for (const inner of Object.values(value)) collect(inner, found, seen);
  }
}

/** Prefixes that are not globally reachable, and those that more than one host answers to. */
const SPECIAL_V4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8], // this network
  ["10.0.0.0", 8], // private
  ["100.64.0.0", 10], // shared by carriers; some clouds keep their metadata there
  ["127.0.0.0", 8], // loopback
  ["168.63.129.16", 32], // in no registry: Azure's service to its own machines
  ["169.254.0.0", 16], // link-local, and metadata of most clouds
  ["172.16.0.0", 12], // private
  ["192.0.0.0", 24], // protocol assignments
  ["192.0.2.0", 24], // documentation
  ["192.88.99.0", 24], // former 6to4 relays
  ["192.168.0.0", 16], // private
  ["198.18.0.0", 15], // benchmarks
  ["198.51.100.0", 24], // documentation
  ["203.0.113.0", 24], // documentation
  ["224.0.0.0", 4], // multicast
  ["240.0.0.0", 4], // reserved, and broadcast
];

/** Within 2000::/3, outside of which nothing is public. */
const SPECIAL_V6: readonly (readonly [string, number])[] = [
  ["2001::", 23], // protocol assignments, Teredo among them
  ["2001:db8::", 32], // documentation
  ["2002::", 16], // 6to4: any IPv4 address in disguise
  ["3fff::", 20], // documentation
];

/** IPv4 addresses as networks without IPv4 write them; some resolvers give nothing else. */
const NAT64 = ["64:ff9b::", 96] as const;

function isPublicV4(parts: readonly number[]): boolean {
  return !SPECIAL_V4.some(([prefix, length]) => isBelow(parts, ipv4(prefix) ?? [], length, 8));
}

function isPublicV6(address: string): boolean {
  const groups = ipv6(address);
  if (!groups) return false;
  const within = ([prefix, length]: readonly [string, number]) => isBelow(groups, ipv6(prefix) ?? [], length, 16);
  if (within(NAT64)) return isPublicV4(groups.slice(6).flatMap((group) => [group >> 8, group & 255]));
  return within(["2000::", 3]) && !SPECIAL_V6.some(within);
}

/** Whether the first `length` bits are the same. */
function isBelow(parts: readonly number[], prefix: readonly number[], length: number, width: number): boolean {
  return parts.every((part, at) => {
    const free = Math.min(Math.max((at + 1) * width - length, 0), width);
    return part >> free === (prefix[at] ?? 0) >> free;
  });
}

function ipv4(address: string): number[] | null {
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(address)) return null;
  const parts = address.split(".").map(Number);
  return parts.every((part) => part < 256) ? parts : null;
}

/** The eight groups of an IPv6 address, in brackets or not, with a zone or not. */
function ipv6(address: string): number[] | null {
  const bare = address.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
  const written = bare.includes(":") ? URL.parse(`http://[${bare}]/`)?.hostname.slice(1, -1) : undefined;
  if (written === undefined) return null;
  const [head = "", tail] = written.split("::");
  const groups = (text: string) => (text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16)));
  if (tail === undefined) return groups(head);
  const [before, after] = [groups(head), groups(tail)];
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
}
