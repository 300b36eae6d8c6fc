/** The browser tier: loads one page in Chromium, waits until its scripts have built it, and takes it as HTML. */
import type { Page, Route } from "playwright-core";
import { BrowsingError } from "../../core/browsing.ts";
import type { TierReason } from "../../core/execution.ts";
import { headerMediaType } from "../../core/media-type.ts";
import { isHtml, PageDocument } from "../document/document.ts";
import { statusError } from "../http/http-status.ts";
import { pageTooLarge } from "../http/page-body.ts";
import { tooMany } from "../http/redirects.ts";
import { webUrl, withoutFragment } from "../web-url.ts";
import { within } from "../within.ts";
import { chromiumError } from "./chromium-error.ts";
import type { Taken } from "./in-page.ts";
import { MAX_NAVIGATIONS, type Traffic } from "./traffic.ts";
import type { VisitPage } from "./visit-page.ts";

/** A document that is whole waits no longer than this for its pictures, frames and the like. */
const READY_TIMEOUT = 10_000;
/** How long scripts may take after the page has loaded. */
const SETTLE_TIMEOUT = 5000;
const QUIET = 100;
/** A page that sends itself elsewhere within so many seconds is a redirect in disguise; as over HTTP. */
const LONGEST_REFRESH = 5;

/** What a visit in Chromium is for. */
export interface Purpose {
  /** Why this page enters Chromium, for people. */
  readonly reason: string;
  readonly why: TierReason;
  /** Whether the page is wanted also as it was before scripts worked on it. */
  readonly source: boolean;
}

export interface AskedVisit {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly purpose: Purpose;
  /** Milliseconds until the page must have loaded. */
  readonly timeout: number;
}

/** What is known of the way out, and Chromium does not know. */
export interface WayOut {
  /** Why a host could not be reached. */
  faultOf(url: URL): BrowsingError | null;
  /** The proxy that may answer in a site's place, or null. */
  reader(url: URL): string | null;
}

/** Null: the address leads to a download, not to a page. */
export async function visitInBrowser(
  visitor: VisitPage,
  { url, headers, purpose, timeout }: AskedVisit,
  way: WayOut,
): Promise<PageDocument | null> {
  const { page, traffic } = visitor;
  traffic.begin();
  const stop = await sendHeaders(page, url, headers);
  try {
    const end = performance.now() + timeout;
    if (!(await visitor.whileAlive(load(visitor, url, end)))) return null;
    return await visitor.whileAlive(read(visitor, purpose, way, end));
  } catch (error) {
    const known = chromiumError(error, url, timeout, traffic.hops);
    const last = URL.parse(traffic.hops.at(-1) ?? "") ?? url;
    throw (isUnreached(known) && way.faultOf(last)) || known;
  } finally {
    await stop();
  }
}

/** Whether an error may stand for a host that the way out did not reach. */
function isUnreached(error: unknown): boolean {
  return error instanceof BrowsingError && (error.code === "network" || error.status === 403);
}

/** Resolves with what ends it. Extra headers go to the address asked for and its origin only; images and scripts from elsewhere have no right to them. */
async function sendHeaders(
  page: Page,
  url: URL,
  headers: Readonly<Record<string, string>>,
): Promise<() => Promise<void>> {
  if (Object.keys(headers).length === 0) return async () => {};
  const isOwn = (requested: URL): boolean => requested.origin === url.origin;
  // What plugins do to requests they do to these as well.
  const send = (route: Route): Promise<void> =>
    route.fallback({ headers: { ...route.request().headers(), ...lower(headers) } }).catch(() => {});
  await page.route(isOwn, send);
  return () => page.unroute(isOwn, send).catch(() => {});
}

function lower(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** False: it is a download. */
async function load(visitor: VisitPage, url: URL, end: number): Promise<boolean> {
  const { error, isDownload } = await within(end - performance.now(), visitor.navigate(url.href));
  if (isDownload) return false;
  if (error !== null) throw new Error(error);
  if (!(await loaded(visitor, end))) throw new DOMException("the page had not loaded in time", "TimeoutError");
  return true;
}

/** Waits until the page has loaded, also the one that its scripts lead to. False: it had not by then. */
async function loaded(visitor: VisitPage, end: number): Promise<boolean> {
  const { traffic } = visitor;
  while (!traffic.isLoaded) {
    const left = end - performance.now();
    if (left <= 0) return traffic.isReady;
    if (traffic.isReady) {
      const isOver = () => isLost(traffic) || traffic.isLoaded || !traffic.isReady;
      if (!(await traffic.until(isOver, Math.min(left, READY_TIMEOUT)))) return true;
    } else {
      await traffic.until(() => isLost(traffic) || traffic.isReady, left);
    }
    refuseLost(visitor);
  }
  return true;
}

function isLost({ chain, failure, isTooLarge }: Traffic): boolean {
  return isTooLarge || failure !== null || chain.length > MAX_NAVIGATIONS;
}

function refuseLost(visitor: VisitPage): void {
  const { chain, failure, isTooLarge } = visitor.traffic;
  if (chain.length > MAX_NAVIGATIONS) {
    throw tooMany(chain, `goes to another address more than ${MAX_NAVIGATIONS} times`);
  }
  if (isTooLarge) throw pageTooLarge(chain.at(-1) ?? "");
  if (failure !== null) throw new Error(failure);
}

async function read(visitor: VisitPage, purpose: Purpose, way: WayOut, end: number): Promise<PageDocument> {
  const { traffic } = visitor;
  const taken = await settle(visitor, end);
  refuseLost(visitor);
  if (taken.isTooLarge) throw pageTooLarge(taken.url);
  const { status, headers, type: sniffed } = traffic.answer ?? { status: 200, headers: {}, type: "" };
  const url = withoutFragment(webUrl(taken.url));
  const failed = statusError({ url, status, headers, reader: way.reader(new URL(url)) }, Date.now());
  if (failed) throw failed;
  const type = headerMediaType(headers["content-type"]) || sniffed || "text/html";
  const html = isHtml(type) ? taken.html : await visitor.text(taken.url);
  // Chromium forgets it when a script has gone elsewhere since.
  const source = purpose.source && isHtml(type) ? await visitor.text(taken.url).catch(() => null) : null;
  const { reason: tierReason, why: tierWhy } = purpose;
  const facts = { url, status, headers, type, html, source, way: traffic.way };
  return new PageDocument({ ...facts, tier: "browser", tierReason, tierWhy });
}

/**
 * Takes the page once nothing is loading and nothing changes; one that never rests is taken as it is.
 * @param end when what it leads to by itself must have loaded
 */
async function settle(visitor: VisitPage, end: number): Promise<Taken> {
  const { traffic } = visitor;
  // Fails when the page leaves for another one meanwhile, which then has to settle.
  const take = (quiet: number, limit: number) => visitor.take(quiet, limit).catch(() => null);
  const first = await take(0, 0);
  if (first && !first.ranScripts && isAtRest(traffic)) return first;
  for (const left = settling(traffic, end); left() > 0; ) {
    const navigations = traffic.chain.length;
    const taken = await take(QUIET, left());
    refuseLost(visitor);
    const isHere = traffic.chain.length === navigations;
    if (taken?.rested && isHere && isAtRest(traffic)) return taken;
    if (!taken || !isHere) await loaded(visitor, end);
    else if (taken.rested) await traffic.until(() => isAtRest(traffic) || traffic.chain.length > navigations, left());
  }
  return visitor.take(0, 0);
}

/** How long scripts may still take, in milliseconds. The way to where they lead is part of loading, and does not count before the end of that. */
function settling(traffic: Traffic, end: number): () => number {
  const start = performance.now();
  const before = traffic.travelled;
  return () => {
    const now = performance.now();
    const travelled = traffic.travelled - before - Math.max(0, now - end);
    return SETTLE_TIMEOUT - (now - start - Math.max(0, travelled));
  };
}

function isAtRest({ isQuiet, leavesIn }: Traffic): boolean {
  return isQuiet && (leavesIn === null || leavesIn > LONGEST_REFRESH);
}
