/** The browser tier: loads one page in Chromium, waits until its scripts have built it, and takes it as HTML. */
import type { Page, Request, Response } from "playwright-core";
import { BrowsingError } from "../core/browsing.ts";
import type { TierReason } from "../core/execution.ts";
import { headerMediaType } from "../core/media-type.ts";
import { chromiumError, isDownload } from "./chromium-error.ts";
import { isHtml, PageDocument } from "./document.ts";
import { statusError } from "./http-status.ts";
import { quietDocument, serializeDocument } from "./in-page.ts";
import { tooMany } from "./redirects.ts";
import { webUrl, withoutFragment } from "./web-url.ts";
import { within } from "./within.ts";

const LOAD_TIMEOUT = 30_000;
/** How long scripts may take after the page has loaded. */
const SETTLE_TIMEOUT = 5000;
const QUIET = 100;
/** A page that has been told to answer by now and does not is busy without end. */
const ANSWER_TIMEOUT = 1000;
const READ_TIMEOUT = 10_000;
const MAX_NAVIGATIONS = 10;
/** What scripts wait for before they show anything. */
const AWAITED = new Set(["document", "script", "fetch", "xhr"]);

/** What a visit in Chromium is for. */
export interface Purpose {
  /** Why this page enters Chromium, for people. */
  readonly reason: string;
  readonly why: TierReason;
  /** Whether the page is wanted also as it was before scripts worked on it. */
  readonly source: boolean;
}

/**
 * Null: the address leads to a download, not to a page.
 * @param faultOf why the way out could not reach a host, which Chromium does not know
 */
export async function visitInBrowser(
  page: Page,
  url: URL,
  headers: Readonly<Record<string, string>>,
  purpose: Purpose,
  faultOf: (url: URL) => BrowsingError | null,
): Promise<PageDocument | null> {
  const watch = watchPage(page);
  try {
    await sendHeaders(page, url, headers);
    await page.goto(url.href, { waitUntil: "load", timeout: LOAD_TIMEOUT });
    await settle(page, watch);
    return await read(page, watch, purpose);
  } catch (error) {
    if (isDownload(error)) return null;
    if (watch.chain.length > MAX_NAVIGATIONS) throw loops(watch);
    const known = chromiumError(error, url, LOAD_TIMEOUT);
    throw (isUnreached(known) && faultOf(watch.last() ?? url)) || known;
  } finally {
    watch.stop();
    if (Object.keys(headers).length > 0) await page.unrouteAll({ behavior: "ignoreErrors" });
  }
}

/** Whether an error may stand for a host that the way out did not reach. */
function isUnreached(error: unknown): boolean {
  return error instanceof BrowsingError && (error.code === "network" || error.status === 403);
}

interface Watch {
  /** Addresses that the main frame went to. */
  readonly chain: string[];
  /** Requests under way that scripts may be waiting for. */
  readonly pending: ReadonlySet<Request>;
  /** The address that the main frame asked for last, redirects included. */
  last(): URL | null;
  /** The answer that the page in the main frame came with. */
  response(): Response | null;
  stop(): void;
}

function watchPage(page: Page): Watch {
  const chain: string[] = [];
  const pending = new Set<Request>();
  let response: Response | null = null;
  let last: string | null = null;
  const began = (request: Request): void => {
    if (AWAITED.has(request.resourceType())) pending.add(request);
    if (!isMain(page, request)) return;
    last = request.url();
    if (request.redirectedFrom() === null) chain.push(last);
    // Going nowhere ends a page that sends itself around in circles.
    if (chain.length === MAX_NAVIGATIONS + 1) void page.goto("about:blank").catch(() => {});
  };
  const ended = (request: Request): void => void pending.delete(request);
  const answered = (answer: Response): void => {
    if (isMain(page, answer.request())) response = answer;
  };
  page.on("request", began).on("requestfinished", ended).on("requestfailed", ended).on("response", answered);
  return {
    chain,
    pending,
    last: () => (last === null ? null : URL.parse(last)),
    response: () => response,
    stop: () =>
      void page
        .off("request", began)
        .off("requestfinished", ended)
        .off("requestfailed", ended)
        .off("response", answered),
  };
}

function isMain(page: Page, request: Request): boolean {
  return request.isNavigationRequest() && request.frame() === page.mainFrame();
}

/** Extra headers go to the address asked for and its origin only; images and scripts from elsewhere have no right to them. */
async function sendHeaders(page: Page, url: URL, headers: Readonly<Record<string, string>>): Promise<void> {
  if (Object.keys(headers).length === 0) return;
  await page.route(
    (requested) => requested.origin === url.origin,
    (route) => route.continue({ headers: { ...route.request().headers(), ...lower(headers) } }),
  );
}

function lower(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** Waits until nothing is loading and nothing changes; a page that never rests is taken as it is. */
async function settle(page: Page, watch: Watch): Promise<void> {
  const end = performance.now() + SETTLE_TIMEOUT;
  for (let left = SETTLE_TIMEOUT; left > 0; left = end - performance.now()) {
    if (watch.chain.length > MAX_NAVIGATIONS) throw loops(watch);
    const navigations = watch.chain.length;
    // Fails when the page leaves for another one meanwhile, which then has to settle.
    const resting = page.evaluate(quietDocument, { quiet: QUIET, limit: left }).catch(() => false);
    const rested = await within(left + ANSWER_TIMEOUT, resting);
    if (!rested) await page.waitForLoadState("load", { timeout: left }).catch(() => {});
    else if (watch.pending.size === 0 && watch.chain.length === navigations) return;
  }
}

async function read(page: Page, watch: Watch, purpose: Purpose): Promise<PageDocument> {
  const response = watch.response();
  const headers = (await response?.allHeaders()) ?? {};
  const status = response?.status() ?? 200;
  const url = withoutFragment(webUrl(page.url()));
  const failed = statusError(url, status, headers["retry-after"], Date.now());
  if (failed) throw failed;
  const type = headerMediaType(headers["content-type"]) || "text/html";
  const html = isHtml(type)
    ? await within(READ_TIMEOUT, page.evaluate(serializeDocument))
    : ((await response?.text()) ?? "");
  // Chromium forgets it when a script has gone elsewhere since.
  const source = purpose.source && isHtml(type) ? await response?.text().catch(() => null) : null;
  const { reason: tierReason, why: tierWhy } = purpose;
  return new PageDocument({ url, status, headers, type, html, source, tier: "browser", tierReason, tierWhy });
}

function loops(watch: Watch): Error {
  return tooMany(watch.chain, `goes to another address more than ${MAX_NAVIGATIONS} times`);
}
