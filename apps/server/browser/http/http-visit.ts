/** The HTTP tier: fetches one page, redirects followed, and reads it if it is text. */
import { Buffer } from "node:buffer";
import { BrowsingError } from "../../core/browsing.ts";
import { decodeText } from "../../core/charset.ts";
import { headerMediaType } from "../../core/media-type.ts";
import { HOST_PATIENCE } from "../../core/politeness.ts";
import { Deadline } from "../deadline.ts";
import { isHtml, PageDocument, type PageFacts } from "../document/document.ts";
import type { MirrorRecorder } from "../mirror.ts";
import type { Look, Recrawl } from "../recrawl.ts";
import { webUrl, withoutFragment } from "../web-url.ts";
import { ACCEPTED_ENCODINGS } from "./encoding.ts";
import { discard, type HttpAnswer } from "./http.ts";
import { statusError } from "./http-status.ts";
import { readRefresh } from "./meta-refresh.ts";
import { networkError } from "./network-error.ts";
import { readPageBody } from "./page-body.ts";
import { follow, tooMany, type Visitor } from "./redirects.ts";

/** What an answer may be, beside text/*, for its text to be kept. */
const TEXTUAL = /^(?:text\/.+|application\/(?:.+\+)?(?:json|xml|yaml|javascript))$/;
/** Pages that send on to another page by themselves. */
const MAX_REFRESHES = 10;

/** A page that is refused for now is asked for so often, each time when its host is ready again. */
const MAX_TRIES = 3;

/** What an answer has to be for its body to be received: HTML, or any text. */
export type Wanted = "html" | "text";

export interface HttpTier extends Visitor {
  /** What earlier runs saw; null: it is not asked for. */
  readonly recrawl: Recrawl | null;
  /** Keeps what is received; null: nothing is mirrored. */
  readonly mirror: MirrorRecorder | null;
  readonly userAgent: string;
  readonly signal: AbortSignal;
  /** Milliseconds for a whole page, and for a download to begin. */
  readonly timeout: number;
}

export async function visitOverHttp(
  tier: HttpTier,
  start: URL,
  headers: Readonly<Record<string, string>>,
  wants: Wanted = "text",
): Promise<PageDocument> {
  const chain: string[] = [];
  for (let url = start; ; ) {
    chain.push(url.href);
    const document = await fetchPage(tier, url, headers, wants);
    const target = refreshTarget(document);
    if (target === null) return document;
    if (chain.length > MAX_REFRESHES) throw tooMany(chain, `refreshes itself more than ${MAX_REFRESHES} times`);
    url = webUrl(target);
  }
}

/** Where the page sends its visitor at once; null: nowhere else on the web. */
function refreshTarget(document: PageDocument): string | null {
  const header = readRefresh(document.headers.refresh ?? "");
  const written = document.outline.refresh ?? (header?.isRedirect ? header.address : null);
  const target = written === null ? null : URL.parse(written, document.base);
  if (target === null || !/^https?:$/.test(target.protocol)) return null;
  const address = withoutFragment(target);
  return address === document.url ? null : address;
}

/** Headers that every request of the HTTP tier carries; the task's own win. */
export function requestHeaders(tier: HttpTier, own: Readonly<Record<string, string>>): Record<string, string> {
  const lower = Object.fromEntries(Object.entries(own).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    "user-agent": tier.userAgent,
    accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "accept-language": "en-US,en;q=0.9",
    ...lower,
  };
}

async function fetchPage(
  tier: HttpTier,
  url: URL,
  own: Readonly<Record<string, string>>,
  wants: Wanted,
): Promise<PageDocument> {
  const headers = { ...requestHeaders(tier, own), "accept-encoding": tier.mirror ? "identity" : ACCEPTED_ENCODINGS };
  const look = tier.recrawl?.look("page", own) ?? null;
  const load = async (): Promise<PageDocument | null> => {
    const deadline = new Deadline(tier.timeout);
    const signal = AbortSignal.any([tier.signal, deadline.signal]);
    try {
      const answer = await follow(
        tier,
        url,
        headers,
        deadline,
        signal,
        look ? (hop) => look.headersFor(hop) : undefined,
      );
      return await readPage(tier, answer, look, wants);
    } catch (error) {
      look?.failed(error, url);
      tier.signal.throwIfAborted();
      throw networkError(error, url, tier.timeout);
    } finally {
      deadline.stop();
    }
  };
  // What was remembered may be damaged; then the page is asked for as if it were not.
  for (;;) {
    const document = await patiently(load);
    if (document) return document;
  }
}

/** Asks again when a host said when to: its gate keeps the next try waiting for so long. */
export async function patiently<T>(load: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await load();
    } catch (error) {
      if (!(error instanceof BrowsingError) || tries === MAX_TRIES || !passesSoon(error)) throw error;
    }
  }
}

function passesSoon({ status, retryAfter }: BrowsingError): boolean {
  return (status === 429 || status === 503) && retryAfter !== null && retryAfter <= HOST_PATIENCE;
}

/** Null: nothing has changed, but what was remembered cannot be read any more. */
async function readPage(
  tier: HttpTier,
  answer: HttpAnswer,
  look: Look | null,
  wants: Wanted,
): Promise<PageDocument | null> {
  if (answer.status === 304 && look?.isConditional(answer.url)) {
    await discard(answer);
    return rememberedPage(tier, answer, look);
  }
  const failed = statusError(answer, Date.now());
  if (failed) {
    await discard(answer);
    throw failed;
  }
  const said = headerMediaType(answer.headers["content-type"]);
  const readable = said === "" || isHtml(said) || (wants === "text" && TEXTUAL.test(said));
  const bytes = readable ? await readPageBody(answer) : void (await leave(answer));
  const type = said || (bytes ? sniff(bytes) : "application/octet-stream");
  const document = new PageDocument({
    url: answer.url.href,
    status: answer.status,
    headers: answer.headers,
    type,
    html: bytes && (isHtml(type) || TEXTUAL.test(type)) ? decodeText(bytes, answer.headers["content-type"]) : "",
    ...overHttp(type),
  });
  if (look) document.changed = await look.page(document, bytes ?? null, document.html);
  await tier.mirror?.page(tier, answer, document, bytes ?? null);
  return document;
}

/** Of what says no length, nobody knows whether it ever ends: radio and logs that are being written do not. */
async function leave(answer: HttpAnswer): Promise<void> {
  if (answer.headers["content-length"] === undefined) answer.body.destroy();
  else await discard(answer);
}

function overHttp(type: string): Pick<PageFacts, "tier" | "tierReason" | "tierWhy"> {
  return isHtml(type)
    ? { tier: "http", tierReason: "fetched over HTTP", tierWhy: "asked_for" }
    : { tier: "http", tierReason: `${type} needs no browser`, tierWhy: "no_html" };
}

/** The page as it was when it was last sent; a 304 may bring newer headers. */
async function rememberedPage(tier: HttpTier, answer: HttpAnswer, look: Look): Promise<PageDocument | null> {
  const known = look.same(answer.url);
  const bytes = known && (await look.bytes(known.facts));
  if (!known || !bytes) return null;
  const { url, status, type } = known.facts;
  const headers = {
    ...known.facts.headers,
    ...answer.headers,
    "content-type": known.facts.headers["content-type"] ?? "",
  };
  const html = bytes.length > 0 ? decodeText(bytes, headers["content-type"]) : "";
  const document = new PageDocument({ url, status, headers, type, html, ...overHttp(type) });
  document.changed = known.changedInThisRun;
  tier.mirror?.remembered("page", known.facts, isHtml(type) ? document.title : "");
  tier.mirror?.need(tier, document);
  return document;
}

/** An answer without Content-Type is HTML if it looks like it, as in browsers. */
function sniff(bytes: Uint8Array): string {
  const start = Buffer.from(bytes.subarray(0, 512)).toString("latin1");
  if (/^[\s\u00ef\u00bb\u00bf]*<(?:!doctype html|!--|html|head|body|title|script|div|p|a|h1|table)[\s>]/i.test(start))
    return "text/html";
  return start.includes("\0") ? "application/octet-stream" : "text/plain";
}
