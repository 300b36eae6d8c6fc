/** Follows redirects with the session's cookies and manners: at most 20 of them, never twice the same question. */
import { BrowsingError } from "../../core/browsing.ts";
import type { Deadline } from "../deadline.ts";
import { webUrl } from "../web-url.ts";
import type { CookieJar } from "./cookies.ts";
import { discard, type HttpAnswer, type HttpClient } from "./http.ts";
import { waitOf } from "./http-status.ts";

export const MAX_REDIRECTS = 20;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** What may follow to another origin; anything else could be a key meant for the first one. */
const HARMLESS = new Set(["accept", "accept-encoding", "accept-language", "if-range", "range", "user-agent"]);

/** Who asks. */
export interface Visitor {
  readonly client: HttpClient;
  readonly jar: CookieJar;
  /** Waits until an address may be asked for; resolves with what to call when its answer is read. */
  admit(url: URL): Promise<() => void>;
  /** Is told of every answer. */
  heard?(url: URL, status: number, retryAfter: number | null): void;
  /** Is told of every redirect. */
  redirected?(answer: HttpAnswer, target: URL): void;
}

/**
 * The first answer that is no redirect. Its `url` is where it came from. The deadline runs on when it returns.
 * @param headersFor what one address of the way is asked with, beside the rest
 */
export async function follow(
  visitor: Visitor,
  start: URL,
  headers: Readonly<Record<string, string>>,
  deadline: Deadline,
  signal: AbortSignal,
  headersFor: (url: URL) => Promise<Readonly<Record<string, string>>> = async () => ({}),
): Promise<HttpAnswer> {
  const { jar } = visitor;
  const asked = new Set<string>();
  const chain: string[] = [];
  for (let url = start; ; ) {
    const cookie = jar.header(url);
    const question = `${url.href}\n${cookie ?? ""}`;
    chain.push(url.href);
    if (asked.has(question)) throw tooMany(chain, "redirects in a circle");
    if (chain.length > MAX_REDIRECTS + 1) throw tooMany(chain, `redirects more than ${MAX_REDIRECTS} times`);
    asked.add(question);
    const sent = { ...(await headersFor(url)), ...(url.origin === start.origin ? headers : harmless(headers)) };
    const answer = await ask(visitor, url, withCookie(sent, cookie), deadline, signal);
    jar.store(url, answer.setCookies);
    const target = targetOf(answer);
    if (target === null) return answer;
    await discard(answer);
    url = webUrl(target, url);
    url.hash = "";
    visitor.redirected?.(answer, url);
  }
}

async function ask(
  visitor: Visitor,
  url: URL,
  headers: Readonly<Record<string, string>>,
  deadline: Deadline,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  deadline.stop();
  const leave = await visitor.admit(url);
  deadline.run();
  try {
    const answer = await visitor.client.get(url, headers, signal);
    visitor.heard?.(url, answer.status, waitOf(answer.headers["retry-after"], Date.now()));
    answer.body.once("close", leave);
    return answer;
  } catch (error) {
    leave();
    throw error;
  }
}

/** @param what such as `redirects in a circle` */
export function tooMany(chain: readonly string[], what: string): BrowsingError {
  const shown = chain.length > 6 ? [...chain.slice(0, 4), "…", ...chain.slice(-1)] : chain;
  return new BrowsingError("too_many_redirects", `${chain[0]} ${what}: ${shown.join(" → ")}.`, { retryable: false });
}

/** Where an answer sends on to, as an address of ASCII signs; null when it does not. The first of several counts, as in curl. */
export function targetOf({ status, rawHeaders }: HttpAnswer): string | null {
  if (!REDIRECTS.has(status)) return null;
  const location = rawHeaders.find(([name]) => name.toLowerCase() === "location")?.[1];
  // Bytes beyond ASCII arrive as Latin-1, and are meant as they are, whatever encoding they are of.
  return location?.replace(/[\x80-\xff]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`) ?? null;
}

function harmless(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => HARMLESS.has(name)));
}

function withCookie(
  headers: Readonly<Record<string, string>>,
  cookie: string | null,
): Readonly<Record<string, string>> {
  if (cookie === null) return headers;
  return { ...headers, cookie: headers.cookie === undefined ? cookie : `${headers.cookie}; ${cookie}` };
}
