/** One HTTP request of any method, under the same egress policy as pages, with the session's cookies; redirects are followed. */
import type { RequestOptions, Response } from "../../../sdk/context.ts";
import { BrowsingError } from "../../core/browsing.ts";
import { decodeText } from "../../core/charset.ts";
import type { NamedHosts } from "../../core/egress.ts";
import { Deadline } from "../deadline.ts";
import type { Egress } from "../egress/egress.ts";
import { webUrl } from "../web-url.ts";
import type { CookieJar } from "./cookies.ts";
import { ACCEPTED_ENCODINGS, decodeBody } from "./encoding.ts";
import { discard, type HttpAnswer, sendOnce } from "./http.ts";
import { statusError } from "./http-status.ts";
import { networkError } from "./network-error.ts";
import { MAX_REDIRECTS, targetOf, tooMany } from "./redirects.ts";

export interface RequestParts {
  readonly egress: Egress;
  readonly named: NamedHosts;
  readonly jar: CookieJar;
  readonly userAgent: string;
  readonly signal: AbortSignal;
  readonly timeout: number;
}

interface Question {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
}

const MAX_BYTES = 16 * 1024 * 1024;
/** Headers that mean something to the first host only. */
const OWN = new Set(["authorization", "cookie", "proxy-authorization"]);

export async function request(parts: RequestParts, text: string, options: RequestOptions): Promise<Response> {
  const deadline = new Deadline(parts.timeout);
  const start = webUrl(text);
  try {
    const signal = AbortSignal.any([parts.signal, deadline.signal]);
    deadline.run();
    const answer = await ask(parts, questionOf(parts, start, options), signal);
    return await read(answer, parts.jar, options.accept ?? null);
  } catch (error) {
    parts.signal.throwIfAborted();
    throw networkError(error, start, parts.timeout);
  } finally {
    deadline.stop();
  }
}

function questionOf(
  { userAgent }: RequestParts,
  url: URL,
  { method = "GET", headers = {}, body }: RequestOptions,
): Question {
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const usual = { "user-agent": userAgent, accept: "*/*", "accept-encoding": ACCEPTED_ENCODINGS };
  return { url, method: method.toUpperCase(), headers: { ...usual, ...lower }, body: body ?? null };
}

async function ask(parts: RequestParts, first: Question, signal: AbortSignal): Promise<HttpAnswer> {
  const chain: string[] = [];
  for (let question = first; ; ) {
    const { url } = question;
    chain.push(url.href);
    if (chain.length > MAX_REDIRECTS + 1) throw tooMany(chain, `redirects more than ${MAX_REDIRECTS} times`);
    const answer = await sendOnce(parts.egress, parts.named, withCookies(question, parts.jar), signal);
    parts.jar.store(url, answer.setCookies);
    const target = targetOf(answer);
    if (target === null) return answer;
    await discard(answer);
    question = next(question, answer.status, webUrl(target, url));
  }
}

/** As browsers do it (Fetch standard, HTTP-redirect fetch); what is meant for the first host only goes to no other origin. */
function next({ url, method, headers, body }: Question, status: number, target: URL): Question {
  const elsewhere = target.origin !== url.origin;
  const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => !elsewhere || !OWN.has(name)));
  const isAnswered = status === 303 && method !== "GET" && method !== "HEAD";
  if (!isAnswered && !(method === "POST" && (status === 301 || status === 302)))
    return { url: target, method, headers: kept, body };
  const plain = Object.fromEntries(Object.entries(kept).filter(([name]) => !name.startsWith("content-")));
  return { url: target, method: "GET", headers: plain, body: null };
}

/** A cookie that the task names wins over one of the jar. */
function withCookies(question: Question, jar: CookieJar): Question {
  const kept = jar.header(question.url);
  const own = question.headers.cookie;
  if (kept === null) return question;
  const names = new Set((own ?? "").split(/;\s*/).map((pair) => pair.split("=", 1)[0]));
  const others = kept.split("; ").filter((pair) => !names.has(pair.split("=", 1)[0]));
  const cookie = [...(own === undefined ? [] : [own]), ...others].join("; ");
  return cookie === "" ? question : { ...question, headers: { ...question.headers, cookie } };
}

async function read(answer: HttpAnswer, jar: CookieJar, accept: readonly number[] | null): Promise<Response> {
  const { url, status, headers } = answer;
  const failed = accept?.includes(status) ? null : statusError(answer, Date.now());
  if (failed) {
    await discard(answer);
    throw failed;
  }
  const bytes = await bytesOf(answer);
  const host = jar.header(url) ?? "";
  const cookies = host.split("; ").flatMap((pair): [string, string][] => {
    const at = pair.indexOf("=");
    return at < 1 ? [] : [[pair.slice(0, at), pair.slice(at + 1)]];
  });
  return {
    ...{ url: url.href, status, headers, bytes, cookies: Object.fromEntries(cookies) },
    text: decodeText(bytes, headers["content-type"]),
  };
}

async function bytesOf(answer: HttpAnswer): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of decodeBody(answer.body, answer.headers["content-encoding"]) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > MAX_BYTES) {
      answer.body.destroy();
      const what = `${answer.url.href} answered with more than ${MAX_BYTES} bytes; use a browser task's download for files.`;
      throw new BrowsingError("too_large", what, { retryable: false });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
