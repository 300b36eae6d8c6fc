/** A session's cookies over HTTP, stored and sent by the rules of RFC 6265bis; undici parses the header's grammar. */
import { getDomain, getPublicSuffix } from "tldts";
import { parseCookie } from "undici";
import { parseHttpDate } from "../../core/http-date.ts";

export interface StoredCookie {
  readonly name: string;
  readonly value: string;
  /** The host itself, or the domain below which it is sent, without leading dot. */
  readonly domain: string;
  readonly hostOnly: boolean;
  readonly path: string;
  /** Epoch milliseconds; null: as long as the session. */
  readonly expires: number | null;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  readonly sameSite: "Strict" | "Lax" | "None" | null;
}

const MAX_COOKIES = 3000;
const MAX_AGE = 400 * 86_400_000;

export class CookieJar {
  /** In order of creation, as RFC 6265 sends cookies of equal path length. */
  readonly #cookies = new Map<string, StoredCookie>();
  readonly #now: () => number;
  #version = 0;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Rises with each change, so that a follower knows when to copy. */
  get version(): number {
    return this.#version;
  }

  /** The Cookie header for a request, or null. */
  header(url: URL): string | null {
    const sent = this.all()
      .filter((cookie) => matches(cookie, url))
      .sort((a, b) => b.path.length - a.path.length)
      .map((cookie) => (cookie.name === "" ? cookie.value : `${cookie.name}=${cookie.value}`));
    return sent.length === 0 ? null : sent.join("; ");
  }

  /** Takes the Set-Cookie headers of an answer from `url`; what breaks a rule is ignored, as browsers do. */
  store(url: URL, setCookies: readonly string[]): void {
    for (const header of setCookies) {
      const cookie = read(header, url, this.#now());
      if (cookie && (cookie.secure || isSecure(url) || !this.#overlaysSecure(cookie))) this.#put(cookie);
    }
  }

  /** Every cookie that has not expired. */
  all(): readonly StoredCookie[] {
    const now = this.#now();
    return [...this.#cookies.values()].filter((cookie) => cookie.expires === null || cookie.expires > now);
  }

  /** Takes over all cookies of another keeper. */
  replace(cookies: readonly StoredCookie[]): void {
    this.#cookies.clear();
    for (const cookie of cookies) this.#put(cookie);
  }

  /**
   * Whether a cookie would replace or hide one that came over a secure connection: whoever sits on an insecure one could put a
   * session of his own in its place (RFC 6265bis, 5.7, "leave secure cookies alone").
   */
  #overlaysSecure({ name, domain, path }: StoredCookie): boolean {
    return this.all().some(
      (kept) =>
        kept.secure &&
        kept.name === name &&
        (isBelow(kept.domain, domain) || isBelow(domain, kept.domain)) &&
        pathMatches(kept.path, path),
    );
  }

  #put(cookie: StoredCookie): void {
    const key = `${cookie.hostOnly ? "" : "."}${cookie.domain}\n${cookie.path}\n${cookie.name}`;
    this.#version += 1;
    if (cookie.expires !== null && cookie.expires <= this.#now()) this.#cookies.delete(key);
    else this.#cookies.set(key, cookie);
    const [oldest] = this.#cookies.keys();
    if (this.#cookies.size > MAX_COOKIES && oldest !== undefined) this.#cookies.delete(oldest);
  }
}

function read(header: string, url: URL, now: number): StoredCookie | null {
  const parsed = parseCookie(header);
  if (!parsed || (parsed.name === "" && parsed.value === "")) return null;
  const domain = domainFor(parsed.domain ?? "", url.hostname);
  if (domain === null) return null;
  const attributes = attributesOf(header);
  const cookie: StoredCookie = {
    name: parsed.name,
    value: parsed.value,
    ...domain,
    path: attributes.get("path")?.startsWith("/") ? (parsed.path ?? "/") : defaultPath(url.pathname),
    expires: expiry(parsed.maxAge, parseHttpDate(attributes.get("expires") ?? ""), now),
    secure: parsed.secure ?? false,
    httpOnly: parsed.httpOnly ?? false,
    sameSite: parsed.sameSite ?? null,
  };
  if (cookie.secure && !isSecure(url)) return null;
  return keepsPrefix(cookie, attributes.get("path") === "/") ? cookie : null;
}

/** As written, the last of each name: undici reads a date in local time, and does not tell an empty path from `/`. */
function attributesOf(header: string): ReadonlyMap<string, string> {
  return new Map(
    header
      .split(";")
      .slice(1)
      .map((attribute) => {
        const [name = "", ...value] = attribute.split("=");
        return [name.trim().toLowerCase(), value.join("=").trim()];
      }),
  );
}

/** Where a cookie may go; null: the host may not set it there, or the domain is a public suffix such as `co.uk`. */
function domainFor(attribute: string, host: string): { domain: string; hostOnly: boolean } | null {
  if (attribute === "" || attribute === host) {
    // A host that is a public suffix itself may keep a cookie, for itself alone.
    const shared = attribute !== "" && getDomain(host, { allowPrivateDomains: true }) !== null;
    return { domain: host, hostOnly: !shared };
  }
  if (getPublicSuffix(attribute, { allowPrivateDomains: true }) === attribute) return null;
  return isBelow(host, attribute) ? { domain: attribute, hostOnly: false } : null;
}

function isBelow(host: string, domain: string): boolean {
  return host === domain || (host.endsWith(`.${domain}`) && getDomain(host) !== null);
}

function defaultPath(pathname: string): string {
  const end = pathname.lastIndexOf("/");
  return end <= 0 ? "/" : pathname.slice(0, end);
}

function expiry(maxAge: number | undefined, expires: number | null, now: number): number | null {
  if (maxAge !== undefined) return maxAge <= 0 ? 0 : now + Math.min(maxAge * 1000, MAX_AGE);
  return expires === null ? null : Math.min(expires, now + MAX_AGE);
}

/** A prefix is a promise to the server, which sees names only: a value without a name may not look like one that keeps it. */
function keepsPrefix({ name, value, secure, hostOnly }: StoredCookie, saysRoot: boolean): boolean {
  const prefix = /^__(secure|host)-/i.exec(name || value)?.[1]?.toLowerCase();
  if (prefix === undefined) return true;
  return name !== "" && secure && (prefix === "secure" || (hostOnly && saysRoot));
}

function matches(cookie: StoredCookie, url: URL): boolean {
  const host = cookie.hostOnly ? url.hostname === cookie.domain : isBelow(url.hostname, cookie.domain);
  return host && pathMatches(cookie.path, url.pathname) && (!cookie.secure || isSecure(url));
}

function pathMatches(cookiePath: string, path: string): boolean {
  if (path === cookiePath) return true;
  return path.startsWith(cookiePath) && (cookiePath.endsWith("/") || path[cookiePath.length] === "/");
}

/** Browsers trust loopback as they trust https, so that a site under development can be tried. */
function isSecure(url: URL): boolean {
  return (
    url.protocol === "https:" ||
    url.hostname === "localhost" ||
    url.hostname === "127.0.0.1" ||
    url.hostname === "[::1]"
  );
}
